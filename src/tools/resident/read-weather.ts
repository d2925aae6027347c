import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, type Json } from '../../protocol/json.ts'
import { askOpenMeteo, type ServiceOptions } from './ask-open-meteo.ts'
import { type RawCoordinates, readCoordinates } from './coordinates.ts'

/** The weather service, as messages name it. */
export const weatherService = 'The weather service (Open-Meteo)'

/**
 * The current temperature as a sentence: `Weather at lat: 42.29, lon: -83.71 is 51.3ºF`. Degrees and temperature are written as
 * they are received: "44.0" stays "44.0". The request is `/v1/forecast` of https://open-meteo.com/en/docs.
 *
 * @throws ChatterdError `invalid-request` for invalid coordinates, `tool-service-failed` where the service fails.
 */
export async function readWeather(location: RawCoordinates, options: ServiceOptions): Promise<string> {
  const { latitude, longitude } = readCoordinates(location)
  const query = { latitude, longitude, current: 'temperature_2m', temperature_unit: 'fahrenheit' }
  const response = await askOpenMeteo({ service: weatherService, path: '/v1/forecast', query }, options)
  const temperature = currentTemperature(response)
  if (temperature === undefined) {
    throw new ChatterdError('tool-service-failed', `${weatherService} sent a response without a temperature.`)
  }
  // U+00BA, not the degree sign: phones have always received this character.
  return `Weather at lat: ${latitude}, lon: ${longitude} is ${temperature}\u00baF`
}

function currentTemperature(response: Json | undefined): string | undefined {
  const current = isJsonObject(response) ? response.current : undefined
  const temperature = isJsonObject(current) ? current.temperature_2m : undefined
  const isNumber = typeof temperature === 'string' && /^-?\d{1,4}(\.\d{1,8})?$/.test(temperature)
  return isNumber ? temperature : undefined
}
