import type { PlatformPath } from 'node:path'
import { engineUrl } from './engine-url.ts'
import { durationMs, sizeBytes } from './quantity.ts'
import { redactCredentials, redactUrl } from './redact-url.ts'

/** What paths in a setting are relative to. */
interface PathContext {
  /** The working directory, or the folder of the settings file. */
  base: string
  /** The folder that `~` means. */
  home: string
  paths: PlatformPath
}

/** A kind of setting: which texts it accepts, and how they become values. */
export interface Kind<T> {
  /** The value's name in `--help`, such as `duration`. */
  placeholder: string
  /** The end of the error message "… is …: expected". */
  expected: string
  /** The smallest and the largest value, or all values, as a person writes them. */
  range?: string
  /** True where a file may have a list of texts in place of one text. */
  isList?: boolean
  /** Undefined where the text is not accepted. */
  parse(text: string, context: PathContext): T | undefined
  /** Replaces secrets in a value that is shown. Absent: the value holds no secrets. */
  redact?(text: string): string
}

function within(value: number | undefined, min: number, max: number): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined
}

/** A whole number from `min` to `max`, both included. */
export function count(min: number, max: number): Kind<number> {
  const range = `${min} to ${max}`
  return {
    placeholder: 'count',
    expected: `a whole number, ${range}`,
    range,
    parse: (text) => (/^\d+$/.test(text) ? within(Number(text), min, max) : undefined),
  }
}

/** A TCP port; with 0 the system chooses a free one. */
export const port: Kind<number> = {
  ...count(0, 65535),
  placeholder: 'port',
  expected: 'a port, 0 to 65535 (0: any free port)',
}

/** A duration; parsed to milliseconds. The bounds are texts such as `10ms`. */
export function duration(min: string, max: string): Kind<number> {
  const range = `${min} to ${max}`
  const [minMs = 0, maxMs = 0] = [durationMs(min), durationMs(max)]
  return {
    placeholder: 'duration',
    expected: `a duration such as 500ms, 15s, 10m or 1h (a bare number is seconds), ${range}`,
    range,
    parse: (text) => within(durationMs(text), minMs, maxMs),
  }
}

/** A size; parsed to bytes. The bounds are texts such as `64KiB`. */
export function bytes(min: string, max: string): Kind<number> {
  const range = `${min} to ${max}`
  const [minBytes = 0, maxBytes = 0] = [sizeBytes(min), sizeBytes(max)]
  return {
    placeholder: 'size',
    expected: `a size such as 64KiB, 4MiB or 1GB (a bare number is bytes), ${range}`,
    range,
    parse: (text) => within(sizeBytes(text), minBytes, maxBytes),
  }
}

/** One of a few words, written exactly so. */
export function choice<const Choice extends string>(
  placeholder: string,
  choices: readonly Choice[],
): Kind<Choice> {
  return {
    placeholder,
    expected: `one of ${choices.join(', ')}`,
    range: choices.join(', '),
    parse: (text) => choices.find((each) => each === text),
  }
}

/** An address to listen on: an IP address without brackets, or a host name. */
export const host: Kind<string> = {
  placeholder: 'address',
  expected: 'an address or a host name, such as 127.0.0.1, 0.0.0.0, ::1 or localhost',
  parse: (text) => (/^[\w.:%-]+$/.test(text) ? text : undefined),
}

/** A URL with one of these protocols. Its password is hidden where it is shown. */
export function url(...protocols: string[]): Kind<string> {
  const prefixes = protocols.map((protocol) => `${protocol}://`)
  return {
    placeholder: 'url',
    expected: `a URL that begins with ${prefixes.join(' or ')} (special characters percent-encoded)`,
    parse: (text) =>
      prefixes.some((prefix) => text.startsWith(prefix)) && URL.canParse(text) ? text : undefined,
    redact: redactUrl,
  }
}

const anyDatabase = url('postgres', 'postgresql')

/**
 * The URL of a PostgreSQL database. It may lack the host, as where a parameter names a Unix socket; parsed, it has one. A text that is
 * not a URL is hidden completely: it might be the password alone.
 */
export const databaseUrl: Kind<string> = {
  ...anyDatabase,
  parse: (text, context) =>
    anyDatabase.parse(text.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?]|$)/, '$1localhost'), context),
  redact: (text) => (text.includes('://') ? redactUrl(text) : '***'),
}

/** Names of hosts and domains, as `NO_PROXY` has them. */
export const hostList: Kind<string> = {
  placeholder: 'hosts',
  expected: 'host names, separated by commas',
  parse: (text) => text,
}

/** The address of an engine as people write it: a URL, or only `host` or `host:port`. */
export const engineAddress: Kind<string> = {
  placeholder: 'url',
  expected:
    'an address such as http://127.0.0.1:11434, without a query; a user name and a password are percent-encoded',
  parse: engineUrl,
  redact: redactCredentials,
}

/** A file or folder, made absolute. */
export const path: Kind<string> = {
  placeholder: 'path',
  expected: 'a path',
  parse(text, { base, home, paths }) {
    const expanded = /^~(?=[/\\]|$)/.test(text) ? home + text.slice(1) : text
    return text.includes('\0') ? undefined : paths.resolve(base, expanded)
  },
}
