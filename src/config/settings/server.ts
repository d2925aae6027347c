import { bytes, choice, count, duration, host, path, port } from '../kinds.ts'
import { certificateNames, hostNames, webOrigins } from '../list-kinds.ts'
import type { Setting } from '../setting.ts'

/** The settings of the server: its address, HTTPS, logging, requests and its end. */
export const serverSettings = {
  host: {
    group: 'Server',
    name: 'host',
    env: 'HOST',
    kind: host,
    default: '127.0.0.1',
    about: 'Address to listen on; with 0.0.0.0 or :: other machines can connect.',
  },
  port: {
    group: 'Server',
    name: 'port',
    env: 'PORT',
    kind: port,
    default: '8080',
    about: 'Port to listen on; with 0 the system chooses a free one.',
  },
  hosts: {
    group: 'Server',
    name: 'hosts',
    env: 'CHATTERD_HOSTS',
    kind: hostNames,
    default: null,
    reload: true,
    about:
      "Further names of this server, such as that of its proxy (*.example.org: all below). The machine's name, localhost and all addresses need no entry; a request to any other host is refused with 421.",
  },
  origins: {
    group: 'Server',
    name: 'origins',
    env: 'CHATTERD_ORIGINS',
    kind: webOrigins,
    default: null,
    reload: true,
    about:
      "Origins whose web pages may use this server, or * for all; pages of others are refused with 403. Not given: pages on this machine's loopback where the server listens on loopback, else none. The server's own pages and clients that are no browsers need no entry.",
  },
  page: {
    group: 'Server',
    name: 'page',
    env: 'CHATTERD_PAGE',
    kind: choice('switch', ['on', 'off']),
    default: 'on',
    about: 'Whether the web page is served at /app, and to browsers at / (on), or not (off).',
  },
  tls: {
    group: 'Server',
    name: 'tls',
    env: 'CHATTERD_TLS',
    kind: choice('mode', ['off', 'dev']),
    default: 'off',
    about: 'HTTPS with a development certificate, made once and kept in the data folder.',
  },
  tlsName: {
    group: 'Server',
    name: 'tls-name',
    env: 'CHATTERD_TLS_NAME',
    kind: certificateNames,
    default: null,
    reload: true,
    about:
      "Further names and addresses for the development certificate, beside the machine's own, localhost and 10.0.2.2 (this machine, as an Android emulator sees it); needs tls=dev.",
  },
  tlsCert: {
    group: 'Server',
    name: 'tls-cert',
    env: 'CHATTERD_TLS_CERT',
    kind: path,
    default: null,
    reload: true,
    about: 'Certificate chain (PEM) for HTTPS; needs tls-key.',
  },
  tlsKey: {
    group: 'Server',
    name: 'tls-key',
    env: 'CHATTERD_TLS_KEY',
    kind: path,
    default: null,
    reload: true,
    about: 'Private key (PEM) for HTTPS; needs tls-cert.',
  },
  logLevel: {
    group: 'Server',
    name: 'log-level',
    env: 'CHATTERD_LOG_LEVEL',
    kind: choice('level', ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    default: 'info',
    reload: true,
    about: 'Lowest level of messages that are logged.',
  },
  logFormat: {
    group: 'Server',
    name: 'log-format',
    env: 'CHATTERD_LOG_FORMAT',
    kind: choice('format', ['auto', 'json', 'pretty']),
    default: 'auto',
    about:
      'Form of the log on standard error: json for programs, pretty for people; auto: pretty on a terminal.',
  },
  maxBodyBytes: {
    group: 'Server',
    name: 'max-body',
    env: 'CHATTERD_MAX_BODY',
    kind: bytes('1KiB', '1GiB'),
    default: '16MiB',
    reload: true,
    about: 'Largest request body; a larger one is refused with 413.',
  },
  maxBodyValues: {
    group: 'Server',
    name: 'max-body-values',
    env: 'CHATTERD_MAX_BODY_VALUES',
    kind: count(100, 10_000_000),
    default: '50000',
    reload: true,
    about:
      'Most members that all objects and arrays of one request body have together; a body with more is refused with 413, because all other requests wait while it is parsed.',
  },
  drainTimeoutMs: {
    group: 'Server',
    name: 'drain-timeout',
    env: 'CHATTERD_DRAIN_TIMEOUT',
    kind: duration('0s', '10m'),
    default: '10s',
    about: 'How long running turns may continue after SIGTERM or Ctrl-C; then they end as interrupted.',
  },
} satisfies Record<string, Setting>
