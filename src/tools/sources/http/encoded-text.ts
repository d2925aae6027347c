import { textOf } from '../argument-text.ts'

/** Percent-encoded, with all characters that mean something in a URL. */
export function encodedText(text: string): string {
  return encodeURIComponent(text.toWellFormed())
}

/** The members of a query or a form that an argument is: a list is a member for each element. */
export function encodedMembers([name, value]: [string, unknown]): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value]
  const given = values.filter((each) => each !== null && each !== undefined)
  return given.map((each) => `${encodedText(name)}=${encodedText(textOf(each))}`)
}

/**
 * A path that a URL keeps as it is.
 *
 * @throws Error, for the model, where a part of it is `.` or `..`: the URL would be that of another path
 */
export function safePath(path: string): string {
  if (/\/(?:\.|%2e){1,2}(?=\/|$)/i.test(path)) throw new Error('no part of a path may be "." or ".."')
  return path
}
