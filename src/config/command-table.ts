import type { JsonObject } from '../protocol/json.ts'
import type { TextPart } from './text-template.ts'

/** A table `[tools.commands.NAME]`: a tool that runs a program. */
export interface CommandTable {
  readonly name: string
  readonly description?: string
  readonly program: string
  /** The elements of argv after the program. */
  readonly args: readonly (readonly TextPart[])[]
  readonly stdin?: 'json'
  readonly parameters?: JsonObject
  readonly timeoutMs?: number
  /** All variables of the program. */
  readonly env: Readonly<Record<string, string>>
  /** The values that the table gives to variables. */
  readonly secrets: readonly string[]
  /** Absolute. Default: the folder of the settings file. */
  readonly cwd: string
  readonly idempotent?: boolean
}
