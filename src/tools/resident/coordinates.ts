import { ChatterdError } from '../../protocol/errors.ts'
import { decimal } from '../fit/convert.ts'

/** Unchecked coordinates: degrees as numbers or as text. */
export interface RawCoordinates {
  latitude: unknown
  longitude: unknown
}

/** Valid coordinates. The degrees are written as the caller wrote them. */
export interface Coordinates {
  latitude: string
  longitude: string
}

/** Longer than the coordinates of any device, and short enough for a URL. */
const maxLength = 32

/**
 * Checks coordinates.
 *
 * @throws ChatterdError `invalid-request` where they are out of range; its message says so where they look swapped.
 */
export function readCoordinates({ latitude, longitude }: RawCoordinates): Coordinates {
  const coordinates = { latitude: degreesText(latitude), longitude: degreesText(longitude) }
  const north = degrees(coordinates.latitude)
  const east = degrees(coordinates.longitude)
  if (Math.abs(north) <= 90 && Math.abs(east) <= 180) return coordinates

  const swapped = Math.abs(east) <= 90 && Math.abs(north) <= 180 ? ' They look swapped.' : ''
  throw new ChatterdError(
    'invalid-request',
    'Latitude must be a number from -90 to 90 and longitude one from -180 to 180, in degrees, but they are ' +
      `${describe(latitude)} and ${describe(longitude)}.${swapped}`,
  )
}

function degreesText(value: unknown): string {
  if (JSON.isRawJSON(value)) return value.rawJSON
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
}

function degrees(text: string): number {
  return text.length <= maxLength && decimal.test(text) ? Number(text) : Number.NaN
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'missing'
  return typeof value === 'number' || typeof value === 'string'
    ? `"${String(value).slice(0, maxLength)}"`
    : `a value of type ${typeof value}`
}
