import { existsSync } from 'node:fs'
import type { CommandTool } from '../../../protocol/tool-settings/command-tool.ts'
import type { Redact } from '../redact.ts'
import type { ProgramEnd } from './program.ts'

/** How much of standard error the model reads, in characters. */
const maxErrors = 2_048
const cutNote = '\n[cut here: the program was stopped, because it wrote too much]'

/**
 * What the model reads of a program that has ended: its standard output. `maxBytes`: of a program that was stopped because it wrote too much.
 *
 * @throws Error, for the model, where the program has failed.
 */
export function programResult(end: ProgramEnd, redact: Redact, maxBytes: number): string {
  const { output, isCut, code, signal } = end
  if (isCut) {
    const kept = output.subarray(0, Math.max(0, maxBytes - cutNote.length))
    // `stream`: half of a character at the end is left out.
    return new TextDecoder().decode(kept, { stream: true }) + cutNote
  }
  if (code === 0) return output.toString()
  const how = signal ? `the program was ended by ${signal}` : `exit code ${code}`
  const errors = endOfErrors(end.errors, redact)
  throw new Error(errors === '' ? how : `${how}: ${errors}`)
}

function endOfErrors({ end, isWhole }: ProgramEnd['errors'], redact: Redact): string {
  const text = end.toString()
  // Where the beginning is missing, half of a character may come first.
  const redacted = isWhole ? redact(text) : redact(text.replace(/^\uFFFD+/, ''), 'start')
  return redacted.trim().slice(-maxErrors).toWellFormed()
}

/** Why a program could not be started, for the model and the operator, without its arguments and variables. */
export function startFailure(error: unknown, { program, cwd }: Pick<CommandTool, 'program' | 'cwd'>): Error {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT' && !existsSync(cwd))
    return new Error(`the working directory of the program ${program} does not exist`)
  if (code === 'ENOENT') return new Error(`the program ${program} is not installed`)
  if (code === 'EACCES') return new Error(`the program ${program} may not be run (EACCES)`)
  if (code === 'E2BIG') return new Error(`the arguments are too long for the program ${program}`)
  return new Error(`the program ${program} cannot be started${typeof code === 'string' ? ` (${code})` : ''}`)
}
