import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, type Json } from '../../protocol/json.ts'
import { type Coordinates, type RawCoordinates, readCoordinates } from './coordinates.ts'

/** The address of the weather service, and the limits of a request. */
export interface WeatherOptions {
  /** Open-Meteo's address, such as `https://api.open-meteo.com`. */
  baseUrl: string
  /** How long the request may take, in milliseconds. Default 10,000. */
  timeoutMs?: number
  /** Longest response, in bytes. Default 65,536. */
  maxBytes?: number
  /** Aborting it ends the request. */
  signal?: AbortSignal
}

const serviceName = 'The weather service (Open-Meteo)'

/**
 * The current temperature as a sentence: `Weather at lat: 42.29, lon: -83.71 is 51.3ºF`. Degrees and temperature are written as
 * they are received: "44.0" stays "44.0".
 *
 * @throws ChatterdError `invalid-request` for invalid coordinates, `tool-service-failed` where the service fails.
 */
export async function readWeather(location: RawCoordinates, options: WeatherOptions): Promise<string> {
  const coordinates = readCoordinates(location)
  const { status, body } = await fetchForecast(coordinates, options)
  const response = parseKeepingNumbers(body)
  if (status !== 200) throw new ChatterdError('tool-service-failed', refusalMessage(status, response))
  const temperature = currentTemperature(response)
  if (temperature === undefined) {
    throw new ChatterdError('tool-service-failed', `${serviceName} sent a response without a temperature.`)
  }
  // U+00BA, not the degree sign: phones have always received this character.
  return `Weather at lat: ${coordinates.latitude}, lon: ${coordinates.longitude} is ${temperature}\u00baF`
}

/** `/v1/forecast` of https://open-meteo.com/en/docs */
async function fetchForecast(
  { latitude, longitude }: Coordinates,
  { baseUrl, timeoutMs = 10_000, maxBytes = 64 * 1024, signal }: WeatherOptions,
): Promise<{ status: number; body: string }> {
  const query = { latitude, longitude, current: 'temperature_2m', temperature_unit: 'fahrenheit' }
  // Loaded with the first request: it would cost each start a fifth of its time.
  const { request } = await import('undici')
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await request(`${baseUrl.replace(/\/+$/, '')}/v1/forecast`, {
      query,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return { status: response.statusCode, body: await readText(response.body, maxBytes) }
  } catch (thrown) {
    if (thrown instanceof ChatterdError) throw thrown
    const problem = timeout.aborted
      ? `did not respond within ${timeoutMs / 1000} s.`
      : signal?.aborted
        ? 'did not respond before the request was cancelled.'
        : `cannot be reached: ${failureReason(thrown)}`
    throw new ChatterdError('tool-service-failed', `${serviceName} ${problem}`, { cause: thrown })
  }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      throw new ChatterdError('tool-service-failed', `${serviceName} sent more than ${maxBytes} bytes.`)
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

/** Parses JSON with its numbers as text: as a number, "44.0" would lose its last 0. Undefined where it is not JSON. */
function parseKeepingNumbers(text: string): Json | undefined {
  const keepNumberText = (_key: string, value: Json, context?: { source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value
  try {
    return JSON.parse(text, keepNumberText)
  } catch {
    return undefined
  }
}

function currentTemperature(response: Json | undefined): string | undefined {
  const current = isJsonObject(response) ? response.current : undefined
  const temperature = isJsonObject(current) ? current.temperature_2m : undefined
  const isNumber = typeof temperature === 'string' && /^-?\d{1,4}(\.\d{1,8})?$/.test(temperature)
  return isNumber ? temperature : undefined
}

/** Open-Meteo's errors have the form `{"error": true, "reason": "…"}`. */
function refusalMessage(status: number, response: Json | undefined): string {
  const reason =
    isJsonObject(response) && typeof response.reason === 'string' ? `: ${response.reason.slice(0, 500)}` : '.'
  return `${serviceName} answered with status ${status}${reason}`
}
