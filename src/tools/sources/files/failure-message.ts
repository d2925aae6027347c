import { basename, dirname, sep } from 'node:path'
import { errorMessage } from '../../error-message.ts'
import { findSyntaxError } from './find-syntax-error.ts'

/** The longest message, in characters. */
const maxLength = 500

/**
 * Why a file could not be imported, in one line: `get-time.ts:3: Unexpected token '='`. `files`: it and those that it imports. Where the
 * error comes from none of them, the message has no line.
 */
export async function failureMessage(
  error: unknown,
  file: string,
  files: ReadonlySet<string>,
): Promise<string> {
  const [inStack] = positionsOf(error, files)
  const position = inStack ?? (error instanceof SyntaxError ? await findSyntaxError(files) : undefined)
  // Clients read it too: they need not know where the folder is.
  const message = errorMessage(error).replaceAll(dirname(file) + sep, '')
  return oneLine(`${position ?? basename(file)}: ${message}`)
}

/** A stack names files as paths or URLs; that of a syntax error begins with the position. */
function positionsOf(error: unknown, files: ReadonlySet<string>): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [ofImport] = /imported from .*$/m.exec(errorText(error)) ?? []
  const found = stack.split('\n').flatMap((line) => positionIn(line, files) ?? [])
  if (found.length > 0 || ofImport === undefined) return found
  return [...files].filter((path) => ofImport.includes(path)).map((path) => basename(path))
}

function positionIn(line: string, files: ReadonlySet<string>): string | undefined {
  const [, text, row] =
    /(?:file:\/\/)?((?:\/|[A-Za-z]:[\\/]).*?)(?:\?tools=[\d.]+)?:(\d+)(?::\d+)?\)?$/.exec(line) ?? []
  const path = text === undefined ? undefined : [...files].find((each) => sameFile(each, text))
  return path === undefined ? undefined : `${basename(path)}:${row}`
}

/** URLs have their special characters encoded. */
function sameFile(path: string, text: string): boolean {
  if (path === text) return true
  try {
    return path === decodeURIComponent(text)
  } catch {
    return false
  }
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : ''
}

function oneLine(text: string): string {
  const line = text
    .replaceAll(/\?tools=[\d.]+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line
}
