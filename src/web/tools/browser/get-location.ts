import type { DeviceTool, Json } from '../../../client/types.ts'
import { interact } from '../interactions.ts'

/** How long the browser may look for the position, and how old one that it has may be; in milliseconds. */
const patience = 20_000
const maximumAge = 60_000

/** Where the person is: as the browser knows it, or, where it does not say, as the person says. */
export const getLocation: DeviceTool = {
  name: 'get_location',
  description: "Get the user's current location, as latitude and longitude",
  parameters: { type: 'object', properties: {} },
  repeatable: true,
  run: async (_args, { signal, callId }) => {
    const found = await findPosition(callId, signal)
    return 'position' in found
      ? found.position
      : interact(callId, signal, { kind: 'place', reason: found.reason })
  },
}

type Found = { position: Json } | { reason: string }

/** The position that the browser gives, or why there is none. */
async function findPosition(callId: string, signal: AbortSignal): Promise<Found> {
  const missing = whyMissing()
  if (missing) return { reason: missing }
  const finished = new AbortController()
  const located = Promise.withResolvers<Found>()
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => located.resolve({ position: positionOf(coords) }),
    ({ code }) => located.resolve({ reason: reasons[code] ?? 'The browser does not know the position.' }),
    { timeout: patience, maximumAge },
  )
  const choose = () => located.resolve({ reason: 'Where are you?' })
  const refused = interact(callId, AbortSignal.any([signal, finished.signal]), { kind: 'locating', choose })
  try {
    return await Promise.race([located.promise, refused.then((position): Found => ({ position }))])
  } finally {
    finished.abort()
    await refused.catch(() => {})
  }
}

function whyMissing(): string | undefined {
  if (!('geolocation' in navigator)) return 'This browser cannot tell where it is.'
  return isSecureContext
    ? undefined
    : 'Browsers tell their position to pages with https and on localhost only.'
}

/** By the codes of a GeolocationPositionError. */
const reasons: Record<number, string> = {
  1: 'The browser may not tell this page where you are.',
  2: 'The browser does not know where it is.',
  3: 'The browser did not find out in time where it is.',
}

function positionOf({ latitude, longitude, accuracy }: GeolocationCoordinates): Json {
  return { latitude: rounded(latitude), longitude: rounded(longitude), accuracyMeters: Math.round(accuracy) }
}

/** To about a metre. */
function rounded(degrees: number): number {
  return Math.round(degrees * 1e5) / 1e5
}
