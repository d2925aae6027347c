import { ChatterdError } from '../../protocol/errors.ts'
import { decimal } from '../fit/convert.ts'

/** A place as a caller gave it: degrees, as numbers or as text. */
export interface Place {
  latitude: unknown
  longitude: unknown
}

/** A place on Earth, its degrees written as the caller wrote them. */
export interface Coordinates {
  latitude: string
  longitude: string
}

/** Longer than any device tells them, and short enough for a URL. */
const maxLength = 32

/**
 * Makes sure that a place is one on Earth.
 *
 * @throws ChatterdError `invalid-request`, naming both numbers, and saying so where they look swapped.
 */
export function readCoordinates({ latitude, longitude }: Place): Coordinates {
  const coordinates = { latitude: degreesText(latitude), longitude: degreesText(longitude) }
  const north = degrees(coordinates.latitude)
  const east = degrees(coordinates.longitude)
  if (Math.abs(north) <= 90 && Math.abs(east) <= 180) return coordinates

  const swapped = Math.abs(east) <= 90 && Math.abs(north) <= 180 ? ' They look swapped.' : ''
  throw new ChatterdError(
    'invalid-request',
    'Latitude must be a number from -90 to 90 and longitude one from -180 to 180, in degrees, but they are ' +
      `${told(latitude)} and ${told(longitude)}.${swapped}`,
  )
}

function degreesText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
}

function degrees(text: string): number {
  return text.length <= maxLength && decimal.test(text) ? Number(text) : Number.NaN
}

function told(value: unknown): string {
  if (value === undefined || value === null) return 'missing'
  return typeof value === 'number' || typeof value === 'string'
    ? `"${String(value).slice(0, maxLength)}"`
    : `a value of type ${typeof value}`
}
