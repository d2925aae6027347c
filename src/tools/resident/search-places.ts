import { isJsonObject, type Json } from '../../protocol/json.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { askOpenMeteo, type ServiceOptions } from './ask-open-meteo.ts'

const service = 'The search for places (Open-Meteo)'
const defaultCount = 5
const maxCount = 10

/** A tool that finds the coordinates of places by their name. */
export function createSearchPlaces(options: Omit<ServiceOptions, 'signal'>): Tool {
  return {
    schema: {
      type: 'function',
      function: {
        name: 'search_places',
        description:
          'Find places by name, with their country and coordinates, the most likely first. Use it to get the latitude and longitude that other tools take',
        parameters: {
          type: 'object',
          properties: {
            name: {
              type: 'string',
              description: 'Name of a town or another place, such as Ann Arbor, or a postal code',
            },
            country: {
              type: 'string',
              description: 'Only places of this country: its code of two letters, such as US or FR',
            },
            count: {
              ...{ type: 'integer', minimum: 1, maximum: maxCount },
              description: `How many places to return at the most. Default ${defaultCount}`,
            },
          },
          required: ['name'],
        },
      },
    },
    idempotent: true,
    async run({ name, country, count = defaultCount }, { signal }) {
      const wanted = {
        name: nameOf(name),
        ...(country !== undefined && { countryCode: countryCode(country) }),
      }
      // `/v1/search` of https://open-meteo.com/en/docs/geocoding-api
      const query = { ...wanted, count: String(count), language: 'en', format: 'json' }
      const response = await askOpenMeteo({ service, path: '/v1/search', query }, { ...options, signal })
      const places = placesOf(response)
      if (places.length === 0) throw new Error(nothingFound(wanted))
      return places
    },
  }
}

/** The service finds nothing for one letter. */
function nameOf(value: unknown): string {
  const name = String(value).trim()
  if (name.length < 2 || name.length > 100) throw new Error('"name" must have 2 to 100 characters')
  return name
}

function countryCode(value: unknown): string {
  const code = String(value).trim().toUpperCase()
  if (/^[A-Z]{2}$/.test(code)) return code
  throw new Error(`"country" must be a code of two letters, such as US or FR, not "${code.slice(0, 100)}"`)
}

function nothingFound({ name, countryCode: country }: { name: string; countryCode?: string }): string {
  const where = country === undefined ? '' : ` in ${country}`
  const advice = [
    ...(name.includes(',') ? [`leave out what follows the comma`] : ['check how the name is written']),
    ...(country === undefined ? [] : ['leave out "country"']),
  ]
  return `There is no place "${name}"${where}: ${advice.join(', or ')}`
}

/** Without matches, the response has no `results`. Numbers are texts. */
function placesOf(response: Json | undefined) {
  const results = isJsonObject(response) ? (response.results ?? []) : undefined
  if (!Array.isArray(results)) throw new Error(`${service} sent a response that cannot be read.`)
  return results.filter(isJsonObject).map((place) => {
    const { name, admin1, country, latitude, longitude, timezone, population } = place
    const members = Object.entries({
      name,
      region: admin1,
      country,
      latitude,
      longitude,
      timezone,
      population,
    })
    return Object.fromEntries(members.filter(([, value]) => typeof value === 'string'))
  })
}
