import type { Json, RawNumber } from './json.ts'

/** A number that a double may write in another way: many digits, a zero at the end of the fraction, an exponent. */
const mayDiffer = /\d{16}|\d\.\d*0(?!\d)|\d[eE]/

/**
 * Parses JSON, and keeps the characters of numbers that JavaScript would write in another way, such as `3.10` and numbers of 19
 * digits: these become `RawNumber`s, which only `JSON.stringify` and this file know.
 *
 * @throws SyntaxError
 */
export function parseExact(text: string): Json {
  if (!mayDiffer.test(text)) return JSON.parse(text)
  return parseWithSource(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? JSON.rawJSON(source)
      : value,
  )
}

/** With the text of each number: TypeScript does not declare it yet (ECMAScript 2026). */
const parseWithSource = JSON.parse as unknown as (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => Json

/** A decimal number as text: a plain number where a double holds its value, else a `RawNumber`. Undefined where it is no JSON number. */
export function exactNumber(text: string): number | RawNumber | undefined {
  if (!jsonNumber.test(text)) return undefined
  const number = Number(text)
  return Number.isFinite(number) && sameValue(text, String(number)) ? number : JSON.rawJSON(text)
}

/** A `RawNumber` as JavaScript knows numbers: a BigInt where it is an integer that a double does not hold, else the nearest number. */
export function nativeNumber({ rawJSON }: RawNumber): number | bigint {
  const exact = exactNumber(rawJSON)
  return typeof exact !== 'number' && /^-?\d+$/.test(rawJSON) ? BigInt(rawJSON) : Number(rawJSON)
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

function sameValue(one: string, other: string): boolean {
  const [a, b] = [digitsOf(one), digitsOf(other)]
  return a.digits === b.digits && (a.digits === '' || a.exponent === b.exponent)
}

/** The digits of a number between its first and last one that is not 0, its sign before them, and the power of ten that they count. */
function digitsOf(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const all = `${whole}${fraction}`
  let end = all.length
  while (end > 0 && all[end - 1] === '0') end--
  let start = 0
  while (start < end && all[start] === '0') start++
  const digits = all.slice(start, end)
  const sign = digits !== '' && mantissa.startsWith('-') ? '-' : ''
  return { digits: sign + digits, exponent: Number(power) - fraction.length + (all.length - end) }
}
