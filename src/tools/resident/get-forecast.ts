import { ChatterdError } from '../../protocol/errors.ts'
import { isJsonObject, type Json } from '../../protocol/json.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { askOpenMeteo, type ServiceOptions } from './ask-open-meteo.ts'
import { readCoordinates } from './coordinates.ts'
import { weatherService } from './read-weather.ts'
import { weatherOfCode } from './weather-codes.ts'

const defaultDays = 3
const maxDays = 7

/** A tool that returns the weather forecast for some days. */
export function createGetForecast(options: Omit<ServiceOptions, 'signal'>): Tool {
  return {
    schema: {
      type: 'function',
      function: {
        name: 'get_forecast',
        description:
          'Get the daily weather forecast at coordinates, beginning with today: weather, temperatures, precipitation and wind',
        parameters: {
          type: 'object',
          properties: {
            latitude: {
              type: 'number',
              description: 'Latitude in degrees, from -90 to 90; north is positive',
            },
            longitude: {
              type: 'number',
              description: 'Longitude in degrees, from -180 to 180; east is positive',
            },
            days: {
              ...{ type: 'integer', minimum: 1, maximum: maxDays },
              description: `How many days, today included, up to ${maxDays}. Default ${defaultDays}`,
            },
            units: {
              ...{ type: 'string', enum: ['metric', 'imperial'] },
              description: 'metric: °C, mm and km/h (the default); imperial: °F, inches and mph',
            },
          },
          required: ['latitude', 'longitude'],
        },
      },
    },
    idempotent: true,
    async run({ latitude, longitude, days = defaultDays, units }, { signal }) {
      const query = {
        ...readCoordinates({ latitude, longitude }),
        daily: Object.values(variables).join(),
        // Days begin at midnight there.
        timezone: 'auto',
        forecast_days: String(days),
        ...(units === 'imperial' && imperial),
      }
      const asked = { service: weatherService, path: '/v1/forecast', query }
      return forecastOf(await askOpenMeteo(asked, { ...options, signal }))
    },
  }
}

/** The names of what the model reads, and those of https://open-meteo.com/en/docs. */
const variables = {
  weather: 'weather_code',
  low: 'temperature_2m_min',
  high: 'temperature_2m_max',
  precipitation: 'precipitation_sum',
  precipitationProbability: 'precipitation_probability_max',
  wind: 'wind_speed_10m_max',
}

const imperial = { temperature_unit: 'fahrenheit', precipitation_unit: 'inch', wind_speed_unit: 'mph' }

/** Each value is a text with its unit: `{"date": "2027-01-31", "weather": "light rain", "low": "-3.1 °C", …}`. */
function forecastOf(response: Json | undefined) {
  const { daily, daily_units: units, timezone } = isJsonObject(response) ? response : {}
  const dates = isJsonObject(daily) ? daily.time : undefined
  if (!isJsonObject(daily) || !Array.isArray(dates) || dates.length === 0)
    throw new ChatterdError('tool-service-failed', `${weatherService} sent a response without a forecast.`)
  const read = (variable: string, index: number) => {
    const values = daily[variable]
    const value = Array.isArray(values) ? values[index] : undefined
    if (typeof value !== 'string') return undefined
    if (variable === variables.weather) return weatherOfCode(value)
    const unit = isJsonObject(units) ? units[variable] : undefined
    return typeof unit === 'string' ? `${value} ${unit}` : value
  }
  // What the service does not know is left out.
  const days = dates.map((date, index) => {
    const values = Object.entries(variables).map(([name, variable]) => [name, read(variable, index)])
    return { date, ...Object.fromEntries(values.filter(([, value]) => value !== undefined)) }
  })
  return { ...(typeof timezone === 'string' && { zone: timezone }), days }
}
