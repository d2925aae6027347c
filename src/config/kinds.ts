import type { PlatformPath } from 'node:path'
import { engineUrl } from './engine-url.ts'
import { durationMs, sizeBytes } from './quantity.ts'
import { redactUrl } from './redact-url.ts'

/** What a relative path or `~` in a setting stands on. */
interface Place {
  /** The working directory, or the folder of the file that the setting was written in. */
  base: string
  home: string
  paths: PlatformPath
}

/** What a setting's text may be, and the value that it becomes. */
export interface Kind<T> {
  /** Stands for the value in `--help`: `duration`. */
  placeholder: string
  /** Ends the sentence "… expected". */
  expected: string
  /** Smallest and largest value, as a person writes them. */
  range?: string
  /** Undefined where the text does not fit. */
  parse(text: string, place: Place): T | undefined
  /** Hides what nobody may read over a shoulder. Absent: nothing to hide. */
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

/** A TCP port; 0 lets the system choose a free one. */
export const port: Kind<number> = {
  ...count(0, 65535),
  placeholder: 'port',
  expected: 'a port, 0 to 65535 (0: any that is free)',
}

/** A length of time, in milliseconds once parsed. The bounds are written as a person writes them. */
export function duration(min: string, max: string): Kind<number> {
  const range = `${min} to ${max}`
  const [least = 0, most = 0] = [durationMs(min), durationMs(max)]
  return {
    placeholder: 'duration',
    expected: `a duration such as 500ms, 15s, 10m or 1h (a bare number is seconds), ${range}`,
    range,
    parse: (text) => within(durationMs(text), least, most),
  }
}

/** A size, in bytes once parsed. The bounds are written as a person writes them. */
export function bytes(min: string, max: string): Kind<number> {
  const range = `${min} to ${max}`
  const [least = 0, most = 0] = [sizeBytes(min), sizeBytes(max)]
  return {
    placeholder: 'size',
    expected: `a size such as 64KiB, 4MiB or 1GB (a bare number is bytes), ${range}`,
    range,
    parse: (text) => within(sizeBytes(text), least, most),
  }
}

/** One of a few words. */
export function choice<const Word extends string>(placeholder: string, words: readonly Word[]): Kind<Word> {
  return {
    placeholder,
    expected: `one of ${words.join(', ')}`,
    range: words.join(', '),
    parse: (text) => words.find((word) => word === text),
  }
}

/** What a server can listen on: an IP address, without brackets, or a host name. */
export const host: Kind<string> = {
  placeholder: 'address',
  expected: 'an address or a host name, such as 127.0.0.1, 0.0.0.0, ::1 or localhost',
  parse: (text) => (/^[\w.:%-]+$/.test(text) ? text : undefined),
}

/** A URL with one of these protocols. A password in it is never shown. */
export function url(...protocols: string[]): Kind<string> {
  const beginnings = protocols.map((protocol) => `${protocol}://`)
  return {
    placeholder: 'url',
    expected: `a URL that begins with ${beginnings.join(' or ')} (special characters in it percent-encoded)`,
    parse: (text) =>
      beginnings.some((start) => text.startsWith(start)) && URL.canParse(text) ? text : undefined,
    redact: redactUrl,
  }
}

/** A PostgreSQL database. What is no URL is never shown at all: it might be no more than the password. */
export const databaseUrl: Kind<string> = {
  ...url('postgres', 'postgresql'),
  redact: (text) => (text.includes('://') ? redactUrl(text) : '***'),
}

/** Where an engine listens, as people write it: a URL, or no more than `host` or `host:port`. */
export const engineAddress: Kind<string> = {
  placeholder: 'url',
  expected: 'an address such as http://127.0.0.1:11434, with no user name, password or query in it',
  parse: engineUrl,
  redact: redactUrl,
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
