import type { Json, JsonObject } from '../../../client/types.ts'

/** Numbers that belong together, as a chart shows them. */
export interface Series {
  /** What the values are of: a time, a name, or their count from 1. */
  labels: string[]
  columns: { name: string; unit?: string; values: (number | null)[] }[]
  /** True where the labels are dates or times, or where there are none. */
  continuous: boolean
  /** How many values there were in all, where these are the first of them. */
  length: number
}

/** Of values with names or times, and of bare numbers, of which three can be a place. */
const fewest = 3
const fewestBare = 4
const mostPoints = 1000
const mostColumns = 12
/** Numbers that are no quantities. */
const notPlotted = /^(?:id|lat|lon|lng|latitude|longitude)$/i
/** How much of a value is looked through. */
const mostVisited = 500

/** The first series of numbers in a value: an array of numbers, an array of objects, or an object of equally long arrays. */
export function findSeries(value: Json): Series | undefined {
  const queue: { value: Json; units: JsonObject | undefined }[] = [{ value, units: undefined }]
  for (let at = 0; at < queue.length; at += 1) {
    const { value: one, units } = queue[at] ?? { value: null, units: undefined }
    if (typeof one !== 'object' || one === null) continue
    const found = Array.isArray(one) ? ofArray(one) : ofColumns(one as JsonObject, units)
    if (found) return found
    for (const [name, member] of Object.entries(one as JsonObject).slice(
      0,
      Math.max(0, mostVisited - queue.length),
    ))
      if (typeof member === 'object') queue.push({ value: member, units: unitsOf(one as JsonObject, name) })
  }
  return undefined
}

/** Open-Meteo, for one, has the units of `hourly` in `hourly_units`. */
function unitsOf(parent: JsonObject, name: string): JsonObject | undefined {
  const units = parent[`${name}_units`]
  return isObject(units) ? units : undefined
}

function ofArray(values: Json[]): Series | undefined {
  if (values.length < fewest) return undefined
  const points = values.slice(0, mostPoints)
  if (points.every((one) => typeof one === 'number'))
    return points.length < fewestBare
      ? undefined
      : series(
          values.length,
          points.map((_, index) => String(index + 1)),
          [{ name: 'value', values: points }],
          true,
        )
  if (!points.every(isObject)) return undefined
  const rows = points as JsonObject[]
  const names = Object.keys(rows[0] ?? {}).slice(0, 50)
  const columns = names.filter(
    (name) => !notPlotted.test(name) && rows.every((row) => isNumberOrNull(row[name])),
  )
  const label = names.find((name) => rows.every((row) => typeof row[name] === 'string'))
  // Without a name for each row, the first of two numbers is where the second one is.
  const x = label ?? (columns.length > 1 ? columns.shift() : undefined)
  const labels = rows.map((row, index) =>
    x === undefined ? String(index + 1) : String(row[x]).slice(0, 100),
  )
  return series(
    values.length,
    labels,
    columns.map((name) => ({ name, values: rows.map((row) => numberOrNull(row[name])) })),
    label === undefined || labels.every(isTime),
  )
}

function ofColumns(object: JsonObject, units: JsonObject | undefined): Series | undefined {
  const arrays = Object.entries(object).filter((entry): entry is [string, Json[]] => Array.isArray(entry[1]))
  const length = arrays[0]?.[1].length ?? 0
  if (arrays.length < 2 || length < fewest || arrays.some(([, values]) => values.length !== length))
    return undefined
  const cut = arrays.map(([name, values]): [string, Json[]] => [name, values.slice(0, mostPoints)])
  const named = cut.find(([, values]) => values.every((one) => typeof one === 'string'))
  const numeric = cut.filter(([, values]) => values.every(isNumberOrNull))
  const x = named ?? (numeric.length > 1 ? numeric.shift() : undefined)
  const labels = x?.[1].map((one) => String(one).slice(0, 100)) ?? []
  const columns = numeric.map(([name, values]) => {
    const unit = units?.[name]
    return {
      name,
      values: values.map(numberOrNull),
      ...(typeof unit === 'string' ? { unit: unit.slice(0, 20) } : {}),
    }
  })
  return series(length, labels, columns, !named || labels.every(isTime))
}

function series(
  length: number,
  labels: string[],
  columns: Series['columns'],
  continuous: boolean,
): Series | undefined {
  const shown = columns.filter(({ values }) => values.some((one) => one !== null)).slice(0, mostColumns)
  return shown.length === 0 ? undefined : { labels, columns: shown, continuous, length }
}

function isTime(label: string): boolean {
  return /^\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2})?)?|^\d{1,2}:\d{2}/.test(label)
}

function isNumberOrNull(value: Json | undefined): boolean {
  return typeof value === 'number' || value === null
}

function numberOrNull(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
