/** The numbers of a text. */
export interface NumbersRead {
  /** The text with its compass numbers (`83.71° W`) written as signed decimals. */
  text: string
  /** Signed decimals in order; none where the text has a number that cannot be read surely (`48,85`, `42°17'N`). */
  numbers: string[]
  /** What the compass letters tell: N and S stand with a latitude, E and W with a longitude. */
  compass: { name: string; value: string }[]
}

/** Source of a pattern of a number that can mean one thing only: no part of a date, a time, a range or a word. */
export const sureNumber = String.raw`(?<![\w.°º'′-]|\d:|(?<![\d.])\d+,(?=\d))-?\d+(?:\.\d+|(?!\d|,\d))(?![\w°º/'′]|[.:-]\d|\s+[NSEW]\b)`

const surePattern = new RegExp(sureNumber, 'g')
// Small letters count only after a degree sign: 30s may be seconds.
const compassPattern =
  /(?<![\w.°º'′-]|\d,)(\d+(?:\.\d+)?)(?:\s*[°º]\s*([NSEWnsew])|\s*([NSEW]))(?![\p{L}\p{N}_])/gu
const unsurePattern = /(?<![\p{L}\d_]|\p{L}-)\d/u

/** Reads the numbers of a text. */
export function readNumbers(written: string): NumbersRead {
  const compass: NumbersRead['compass'] = []
  const text = written
    .replaceAll(/(?<!\w)[−–](?=\d)/g, '-')
    .replaceAll(/(?<!\w)\+(?=\d)/g, '')
    .replaceAll(compassPattern, (_, digits: string, afterDegree?: string, bare?: string) => {
      const letter = (afterDegree ?? bare ?? '').toUpperCase()
      const value = letter === 'S' || letter === 'W' ? `-${digits}` : digits
      compass.push({ name: letter === 'N' || letter === 'S' ? 'latitude' : 'longitude', value })
      return value
    })
    .replaceAll(/(?<=\d)\s*[°º](?!\s*[\p{L}\d])/gu, '')
  const unsure = unsurePattern.test(text.replaceAll(surePattern, ' '))
  return { text, compass, numbers: unsure ? [] : (text.match(surePattern) ?? []) }
}
