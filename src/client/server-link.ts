import type { JsonObject } from '../protocol/json.ts'
import { ChatterdError, readError } from './chatterd-error.ts'
import type { ConnectionRules } from './connection.ts'
import { keepTrying } from './keep-trying.ts'
import type { Platform } from './platform.ts'
import type { ClientOptions } from './types.ts'

export interface RequestParts {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: object
}

export type JsonOptions = Omit<RequestParts, 'url' | 'headers'> & { signal?: AbortSignal | undefined }

/** How all parts of a client reach its server. */
export interface ServerLink {
  platform: Platform
  /** Of requests. */
  rules: ConnectionRules
  /** Calls of devices that this client has begun to run, as `turn:call`. */
  begunCalls: Set<string>
  /** The address of a path below `/chatterd/v1`. */
  urlOf(path: string): string
  /** Throws a `ChatterdError` for every response but those of success, and where there is none. */
  request(parts: RequestParts, signal?: AbortSignal): Promise<Response>
  json<Data>(path: string, options?: JsonOptions): Promise<Data>
  /** Sends a request, which may be sent twice, until there is a response that is not passing. */
  insist<Data>(path: string, options?: JsonOptions): Promise<Data>
}

export function createServerLink(options: ClientOptions, platform: Platform): ServerLink {
  const { baseUrl = '', headers: ownHeaders = () => ({}), reconnect = {} } = options
  const { firstMs = 250, longestMs = 15_000, attempts = 10 } = reconnect
  const rules = { firstMs, longestMs, attempts }
  const base = `${baseUrl.replace(/\/+$/, '')}/chatterd/v1`
  // Browsers call it on the window alone.
  const send: typeof fetch = options.fetch ?? ((...args) => fetch(...args))
  const urlOf = (path: string) => base + path

  async function request(
    { method = 'GET', url, headers, body }: RequestParts,
    signal?: AbortSignal,
  ): Promise<Response> {
    const all = { ...(await ownHeaders()), ...(body && { 'content-type': 'application/json' }), ...headers }
    let response: Response
    try {
      response = await send(url, {
        ...{ method, headers: all, cache: 'no-store' },
        ...(body && { body: JSON.stringify(body) }),
        ...(signal && { signal }),
      })
    } catch (cause) {
      if (signal?.aborted) throw signal.reason
      throw networkError(cause, `${url} cannot be reached`)
    }
    if (!response.ok) throw await readError(response, platform.now())
    return response
  }

  async function json<Data>(path: string, { signal, ...parts }: JsonOptions = {}): Promise<Data> {
    const response = await request({ ...parts, url: urlOf(path) }, signal)
    let text: string
    try {
      text = await response.text()
    } catch (cause) {
      if (signal?.aborted) throw signal.reason
      throw networkError(cause, 'The response broke off')
    }
    try {
      return JSON.parse(text || 'null')
    } catch (cause) {
      const { status } = response
      throw new ChatterdError({ code: 'protocol', status, detail: 'The response is no JSON.' }, { cause })
    }
  }

  async function insist<Data>(path: string, options: JsonOptions = {}): Promise<Data> {
    let data: Data | undefined
    const attempt = async (own: AbortSignal) => {
      data = await json<Data>(path, { ...options, signal: own })
    }
    await keepTrying({ attempt, signal: options.signal }, rules, platform)
    return data as Data
  }

  return { platform, rules, begunCalls: new Set(), urlOf, request, json, insist }
}

export function networkError(cause: unknown, what: string): ChatterdError {
  // Node says in the cause what it is.
  const { message, cause: inner } = cause instanceof Error ? cause : new Error(String(cause))
  const why = inner instanceof Error && inner.message ? inner.message : message
  return new ChatterdError({ code: 'network', detail: `${what}: ${why}.` }, { cause })
}

/** The query of a path; without the parameters that are undefined. */
export function queryOf(parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined)
  const query = given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')
  return query && `?${query}`
}

/** Undefined where there is no such thing. */
export async function ifFound<Data>(request: Promise<Data>): Promise<Data | undefined> {
  try {
    return await request
  } catch (error) {
    if (error instanceof ChatterdError && error.code === 'not-found') return undefined
    throw error
  }
}

/** JSON as an object. Throws where it is none. */
export function parseObject(text: string): JsonObject {
  const value = JSON.parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('No object')
  return value
}
