import type { JsonObject } from '../../../protocol/json.ts'

/** A part of an element of argv: a text, or the argument whose text is put there. */
export type CommandPart = string | { readonly argument: string }

/** A tool that runs a program, as the operator describes it. */
export interface Command {
  readonly name: string
  readonly description?: string
  /** A path, or a name that is looked up in `PATH`. */
  readonly program: string
  /** The elements of argv after the program. */
  readonly args: readonly (readonly CommandPart[])[]
  /** `json`: the program reads all arguments as one JSON object on standard input. Absent: it has no input. */
  readonly stdin?: 'json'
  /** A JSON Schema. Absent: no arguments. */
  readonly parameters?: JsonObject
  readonly timeoutMs?: number
  /** All variables of the program. */
  readonly env: Readonly<Record<string, string>>
  /** Texts that must not be in errors. */
  readonly secrets: readonly string[]
  /** The working directory; absolute. */
  readonly cwd: string
  readonly idempotent?: boolean
}
