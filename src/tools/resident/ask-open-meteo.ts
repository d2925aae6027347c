import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, type Json } from '../../protocol/json.ts'

/** The address of a service, and the limits of a request to it. */
export interface ServiceOptions {
  /** Such as `https://api.open-meteo.com`. */
  baseUrl: string
  /** How long the request may take, in milliseconds. Default 10,000. */
  timeoutMs?: number
  /** Longest response, in bytes. Default 65,536. */
  maxBytes?: number
  /** Aborting it ends the request. */
  signal?: AbortSignal
}

/** What is asked of a service. */
export interface ServiceQuery {
  /** The service as messages name it, at the beginning of a sentence. */
  service: string
  /** Such as `/v1/forecast`. */
  path: string
  query: Record<string, string>
}

/**
 * Asks one of the services of Open-Meteo. Numbers of the response are text, as they were written: as a number, "44.0" would lose
 * its last 0. Resolves to undefined where the response is not JSON.
 *
 * @throws ChatterdError `tool-service-failed` where the service cannot be reached, takes too long, sends too much, or refuses.
 */
export async function askOpenMeteo(asked: ServiceQuery, options: ServiceOptions): Promise<Json | undefined> {
  const { status, body } = await fetchText(asked, options)
  const response = parseKeepingNumbers(body)
  if (status === 200) return response
  throw new ChatterdError('tool-service-failed', refusalMessage(asked.service, status, response))
}

async function fetchText(
  { service, path, query }: ServiceQuery,
  { baseUrl, timeoutMs = 10_000, maxBytes = 64 * 1024, signal }: ServiceOptions,
): Promise<{ status: number; body: string }> {
  // Loaded with the first request: it would cost each start a fifth of its time.
  const { request } = await import('undici')
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await request(`${baseUrl.replace(/\/+$/, '')}${path}`, {
      query,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return { status: response.statusCode, body: await readText(service, response.body, maxBytes) }
  } catch (thrown) {
    if (thrown instanceof ChatterdError) throw thrown
    const problem = timeout.aborted
      ? `did not respond within ${timeoutMs / 1000} s.`
      : signal?.aborted
        ? 'did not respond before the request was cancelled.'
        : `cannot be reached: ${failureReason(thrown)}`
    throw new ChatterdError('tool-service-failed', `${service} ${problem}`, { cause: thrown })
  }
}

async function readText(service: string, body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      throw new ChatterdError('tool-service-failed', `${service} sent more than ${maxBytes} bytes.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function failureReason(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown error'
  // Where a host name has several addresses, the error of the connection has a code and no message.
  return thrown.message || ('code' in thrown ? String(thrown.code) : thrown.name)
}

function parseKeepingNumbers(text: string): Json | undefined {
  const keepNumberText = (_key: string, value: Json, context?: { source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value
  try {
    return JSON.parse(text, keepNumberText)
  } catch {
    return undefined
  }
}

/** Open-Meteo's errors have the form `{"error": true, "reason": "…"}`. */
function refusalMessage(service: string, status: number, response: Json | undefined): string {
  const reason =
    isJsonObject(response) && typeof response.reason === 'string' ? `: ${response.reason.slice(0, 500)}` : '.'
  return `${service} answered with status ${status}${reason}`
}
