import type { ServerResponse } from 'node:http'
import { serve } from './local-server.ts'

/** How an Open-Meteo fails: it refuses, is broken, or never responds. */
export type WeatherTrouble = 'refuses' | 'is broken' | 'hangs'

/** An Open-Meteo on a real socket, with its geocoding. It is 51.3 degrees everywhere, the forecast is the same for all places, and there is one place, Ann Arbor. */
export interface OpenMeteoStandIn {
  url: string
  /** The URLs that were requested. */
  requests: URL[]
  /** Fails for this latitude, or this name of a place, from now on; others, of other tests, are served as ever. */
  troubles(place: string, trouble: WeatherTrouble): void
  /** Serves that place again. What hangs goes on hanging. */
  recovers(place: string): void
  close(): Promise<void>
}

const responses: Record<WeatherTrouble, (response: ServerResponse) => unknown> = {
  refuses: (response) => response.writeHead(400).end('{"error":true,"reason":"the place is odd"}'),
  'is broken': (response) => response.writeHead(500).end('<h1>oops</h1>'),
  hangs: () => undefined,
}

const current = '{"current":{"interval":900,"temperature_2m":51.3}}'

/** As https://open-meteo.com/en/docs/geocoding-api has it: without matches there are no `results`. */
function found(query: URLSearchParams): string {
  const isThere = query.get('name') === 'Ann Arbor' && (query.get('countryCode') ?? 'US') === 'US'
  const place =
    '{"id":4984247,"name":"Ann Arbor","latitude":42.27756,"longitude":-83.74088,"elevation":256.0,"country_code":"US",' +
    '"timezone":"America/Detroit","population":117070,"country":"United States","admin1":"Michigan"}'
  return isThere ? `{"results":[${place}],"generationtime_ms":0.5}` : '{"generationtime_ms":0.5}'
}

/** Days of which the second one has gaps. */
function forecast(query: URLSearchParams): string {
  const isImperial = query.get('temperature_unit') === 'fahrenheit'
  const [degree, amount, speed] = isImperial ? ['°F', 'inch', 'mp/h'] : ['°C', 'mm', 'km/h']
  const days = (values: string) => `[${values.split(' ').slice(0, Number(query.get('forecast_days')))}]`
  const units = `"temperature_2m_min":"${degree}","temperature_2m_max":"${degree}","precipitation_sum":"${amount}"`
  return (
    `{"timezone":"America/Detroit","daily_units":{"weather_code":"wmo code",${units},"precipitation_probability_max":"%",` +
    `"wind_speed_10m_max":"${speed}"},"daily":{"time":${days('"2027-01-31" "2027-02-01" "2027-02-02"')},` +
    `"weather_code":${days('61 4 0')},"temperature_2m_min":${days('-3.0 -1.5 0')},"temperature_2m_max":${days('4.0 null 6.1')},` +
    `"precipitation_sum":${days('2.10 0.00 0')},"precipitation_probability_max":${days('80 null 0')},` +
    `"wind_speed_10m_max":${days('20.5 18 9')}}}`
  )
}

export async function openMeteoStandIn(): Promise<OpenMeteoStandIn> {
  const requests: URL[] = []
  const troubles = new Map<string, WeatherTrouble>()
  const { url, close } = await serve((request, response) => {
    const address = new URL(request.url ?? '/', 'http://open-meteo')
    requests.push(address)
    const { searchParams: query, pathname } = address
    const trouble = troubles.get(query.get('latitude') ?? query.get('name') ?? '')
    if (trouble) return responses[trouble](response)
    const body = pathname.endsWith('/v1/search')
      ? found(query)
      : query.has('daily')
        ? forecast(query)
        : current
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  })
  return {
    ...{ url, requests, close },
    troubles: (place, trouble) => void troubles.set(place, trouble),
    recovers: (place) => void troubles.delete(place),
  }
}
