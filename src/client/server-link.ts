import { ChatterdError, networkError, protocolError, readError } from './chatterd-error.ts'
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
  if (!baseUrl && !options.fetch && !('location' in globalThis))
    throw new TypeError('createClient: outside of pages, baseUrl has to say where the server is.')
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
      throw networkError(cause, url)
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
      throw networkError(cause, path)
    }
    return text ? parse(text) : (undefined as Data)
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

/** The query of a path; without the parameters that are undefined. */
export function queryOf(parameters: Record<string, string | number | undefined>): string {
  // The text that JSON leaves out is that of what is undefined.
  return `?${new URLSearchParams(JSON.parse(JSON.stringify(parameters)))}`
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

/** Throws a `ChatterdError` for what is no JSON. */
export function parse<Data>(text: string): Data {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw protocolError(cause)
  }
}
