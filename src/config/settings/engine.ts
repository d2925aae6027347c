import { bytes, choice, count, duration, engineAddress, hostList, url } from '../kinds.ts'
import type { Setting } from '../setting.ts'

/** The settings of the engine, which runs the model. */
export const engineSettings = {
  engine: {
    group: 'Engine',
    name: 'engine',
    env: 'CHATTERD_ENGINE',
    kind: choice('engine', ['auto', 'ollama', 'demo']),
    default: 'auto',
    about: 'Which engine runs the model; auto is Ollama where it is found, and the demo engine until then.',
  },
  ollamaBaseUrl: {
    group: 'Engine',
    name: 'ollama-base-url',
    env: 'OLLAMA_BASE_URL',
    fallbackEnvs: ['OLLAMA_HOST'],
    kind: engineAddress,
    default: 'http://127.0.0.1:11434',
    about:
      'Address of Ollama; /api, /v1 and what follows are left out. With a user name and a password in it (http://user:password@host), every request has them as basic authentication.',
  },
  httpsProxy: {
    group: 'Engine',
    name: 'https-proxy',
    env: 'HTTPS_PROXY',
    fallbackEnvs: ['https_proxy', 'HTTP_PROXY', 'http_proxy'],
    kind: url('http', 'https'),
    default: null,
    about:
      'Proxy through which an engine with an https address is reached; one with http is reached directly.',
  },
  noProxy: {
    group: 'Engine',
    name: 'no-proxy',
    env: 'NO_PROXY',
    fallbackEnvs: ['no_proxy'],
    kind: hostList,
    default: null,
    about: 'Hosts and domains that are reached without the proxy, separated by commas; * is all of them.',
  },
  enginePollMs: {
    group: 'Engine',
    name: 'engine-poll',
    env: 'CHATTERD_ENGINE_POLL',
    kind: duration('100ms', '1h'),
    default: '5s',
    about: 'How often the server looks for Ollama while it uses the demo engine; once found, it uses Ollama.',
  },
  connectTimeoutMs: {
    group: 'Engine',
    name: 'connect-timeout',
    env: 'CHATTERD_CONNECT_TIMEOUT',
    kind: duration('10ms', '5m'),
    default: '5s',
    about: 'Longest wait for a connection to the engine; then the turn fails with 502.',
  },
  firstTokenTimeoutMs: {
    group: 'Engine',
    name: 'first-token-timeout',
    env: 'CHATTERD_FIRST_TOKEN_TIMEOUT',
    kind: duration('10ms', '24h'),
    default: '10m',
    about:
      'Longest wait for the first token of a reply, the loading of the model included; then the turn fails.',
  },
  silenceTimeoutMs: {
    group: 'Engine',
    name: 'silence-timeout',
    env: 'CHATTERD_SILENCE_TIMEOUT',
    kind: duration('10ms', '24h'),
    default: '2m',
    about: 'Longest silence of the engine between two tokens; then the turn fails.',
  },
  stepTimeoutMs: {
    group: 'Engine',
    name: 'step-timeout',
    env: 'CHATTERD_STEP_TIMEOUT',
    kind: duration('10ms', '24h'),
    default: '20m',
    about:
      'Longest time that one request to the engine may take until its reply is complete; then the turn fails.',
  },
  maxLineBytes: {
    group: 'Engine',
    name: 'max-line',
    env: 'CHATTERD_MAX_LINE',
    kind: bytes('1KiB', '256MiB'),
    default: '4MiB',
    about: 'Longest line that the engine may send; a longer one fails the turn.',
  },
  contextTokens: {
    group: 'Engine',
    name: 'context-tokens',
    env: 'CHATTERD_CONTEXT_TOKENS',
    kind: count(256, 10_000_000),
    default: null,
    about:
      'Context window to request from the engine (num_ctx); older turns that do not fit it are left out of the prompt. Without it, the engine decides, and they are left out when it refuses a prompt as too long.',
  },
} satisfies Record<string, Setting>
