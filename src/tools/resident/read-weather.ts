import { request } from 'undici'
import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, type Json } from '../../protocol/json.ts'
import { type Coordinates, type Place, readCoordinates } from './coordinates.ts'

/** Where the weather comes from, and what asking for it may cost. */
export interface WeatherOptions {
  /** Open-Meteo's address, such as `https://api.open-meteo.com`. */
  baseUrl: string
  /** How long the whole answer may take, in milliseconds. Default 10,000. */
  timeoutMs?: number
  /** How long the answer may be, in bytes. Default 65,536. */
  maxBytes?: number
  /** Aborting it ends the request. */
  signal?: AbortSignal
}

const serviceName = 'The weather service (Open-Meteo)'

/**
 * The temperature at a place, in words: `Weather at lat: 42.29, lon: -83.71 is 51.3ºF`. Degrees and temperature are written as
 * they were given, "44.0" as "44.0".
 *
 * @throws ChatterdError `invalid-request` for a place that is none, `tool-service-failed` for trouble with the service.
 */
export async function readWeather(place: Place, options: WeatherOptions): Promise<string> {
  const coordinates = readCoordinates(place)
  const { status, body } = await fetchForecast(coordinates, options)
  const answer = parsed(body)
  if (status !== 200) throw new ChatterdError('tool-service-failed', refusal(status, answer))
  const temperature = currentTemperature(answer)
  if (temperature === undefined) {
    throw new ChatterdError('tool-service-failed', `${serviceName} gave an answer without a temperature.`)
  }
  // U+00BA, not the degree sign: phones have always been sent this one.
  return `Weather at lat: ${coordinates.latitude}, lon: ${coordinates.longitude} is ${temperature}\u00baF`
}

/** `/v1/forecast` of https://open-meteo.com/en/docs */
async function fetchForecast(
  { latitude, longitude }: Coordinates,
  { baseUrl, timeoutMs = 10_000, maxBytes = 64 * 1024, signal }: WeatherOptions,
): Promise<{ status: number; body: string }> {
  const query = { latitude, longitude, current: 'temperature_2m', temperature_unit: 'fahrenheit' }
  const timeout = AbortSignal.timeout(timeoutMs)
  try {
    const response = await request(`${baseUrl.replace(/\/+$/, '')}/v1/forecast`, {
      query,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    return { status: response.statusCode, body: await readText(response.body, maxBytes) }
  } catch (thrown) {
    if (thrown instanceof ChatterdError) throw thrown
    const trouble = timeout.aborted
      ? `did not answer within ${timeoutMs / 1000} s.`
      : signal?.aborted
        ? 'was not waited for: the request was cancelled.'
        : `cannot be reached: ${troubleMessage(thrown)}`
    throw new ChatterdError('tool-service-failed', `${serviceName} ${trouble}`, { cause: thrown })
  }
}

async function readText(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes) {
      throw new ChatterdError('tool-service-failed', `${serviceName} gave more than ${maxBytes} bytes.`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function troubleMessage(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown trouble'
  // Where a name has several addresses, the error of the connection has a code and no message.
  return thrown.message || ('code' in thrown ? String(thrown.code) : thrown.name)
}

/** JSON with its numbers as the text that stood there: a number would have lost the last 0 of "44.0". Undefined where it is none. */
function parsed(text: string): Json | undefined {
  const keepNumberText = (_key: string, value: Json, context?: { source?: string }) =>
    typeof value === 'number' ? (context?.source ?? String(value)) : value
  try {
    return JSON.parse(text, keepNumberText)
  } catch {
    return undefined
  }
}

function currentTemperature(answer: Json | undefined): string | undefined {
  const current = isJsonObject(answer) ? answer.current : undefined
  const temperature = isJsonObject(current) ? current.temperature_2m : undefined
  const isNumber = typeof temperature === 'string' && /^-?\d{1,4}(\.\d{1,8})?$/.test(temperature)
  return isNumber ? temperature : undefined
}

/** Open-Meteo tells what it did not like as `{"error": true, "reason": "…"}`. */
function refusal(status: number, answer: Json | undefined): string {
  const reason =
    isJsonObject(answer) && typeof answer.reason === 'string' ? `: ${answer.reason.slice(0, 500)}` : '.'
  return `${serviceName} answered with status ${status}${reason}`
}
