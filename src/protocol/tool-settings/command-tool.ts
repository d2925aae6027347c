import type { JsonObject } from '../json.ts'
import type { TextPart } from './text-part.ts'

/** A table `[tools.commands.NAME]`: a tool that runs a program. */
export interface CommandTool {
  readonly name: string
  readonly description?: string
  /** A path, or a name that is looked up in `PATH`. */
  readonly program: string
  /** The elements of argv after the program. */
  readonly args: readonly (readonly TextPart[])[]
  /** `json`: the program reads all arguments as one JSON object on standard input. Absent: it has no input. */
  readonly stdin?: 'json'
  /** A JSON Schema. Absent: no arguments. */
  readonly parameters?: JsonObject
  readonly timeoutMs?: number
  /** All variables of the program. */
  readonly env: Readonly<Record<string, string>>
  /** The values that the table gives to variables. They must not be in errors. */
  readonly secrets: readonly string[]
  /** The working directory; absolute. */
  readonly cwd: string
  readonly idempotent?: boolean
}
