import type { ServerResponse } from 'node:http'
import { serve } from './local-server.ts'

/** How an Open-Meteo fails: it refuses, is broken, or never responds. */
export type WeatherTrouble = 'refuses' | 'is broken' | 'hangs'

/** An Open-Meteo on a real socket. It is 51.3 degrees everywhere. */
export interface OpenMeteoStandIn {
  url: string
  /** The URLs that were requested. */
  requests: URL[]
  /** Fails for this latitude from now on; other latitudes, of other tests, are served as ever. */
  troubles(latitude: string, trouble: WeatherTrouble): void
  /** Serves that latitude again. What hangs goes on hanging. */
  recovers(latitude: string): void
  close(): Promise<void>
}

const responses: Record<WeatherTrouble, (response: ServerResponse) => unknown> = {
  refuses: (response) => response.writeHead(400).end('{"error":true,"reason":"the place is odd"}'),
  'is broken': (response) => response.writeHead(500).end('<h1>oops</h1>'),
  hangs: () => undefined,
}

export async function openMeteoStandIn(): Promise<OpenMeteoStandIn> {
  const requests: URL[] = []
  const troubles = new Map<string, WeatherTrouble>()
  const { url, close } = await serve((request, response) => {
    const address = new URL(request.url ?? '/', 'http://open-meteo')
    requests.push(address)
    const trouble = troubles.get(address.searchParams.get('latitude') ?? '')
    if (trouble) return responses[trouble](response)
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end('{"current":{"interval":900,"temperature_2m":51.3}}')
  })
  return {
    ...{ url, requests, close },
    troubles: (latitude, trouble) => void troubles.set(latitude, trouble),
    recovers: (latitude) => void troubles.delete(latitude),
  }
}
