import type { JsonObject } from '../protocol/json.ts'

/** A part of an element of argv: a text, or the argument whose text is put there. */
export type CommandPart = string | { readonly argument: string }

/** A table `[tools.commands.NAME]`: a tool that runs a program. */
export interface CommandTable {
  readonly name: string
  readonly description?: string
  readonly program: string
  /** The elements of argv after the program. */
  readonly args: readonly (readonly CommandPart[])[]
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

/** `{name}` is an argument, `{{name}}` the text `{name}`; `${NAME}` was a variable, which is missing. */
const placeholder = /(?<!\$)(\{\{[A-Za-z_][\w-]*\}\}|\{[A-Za-z_][\w-]*\})/

/** The parts of an element. Every second one that `split` gives is a placeholder. */
export function partsOf(element: string): CommandPart[] {
  const parts = element.split(placeholder).map((text, index): CommandPart => {
    if (index % 2 === 0) return text
    return text.startsWith('{{') ? text.slice(1, -1) : { argument: text.slice(1, -1) }
  })
  return element === '' ? [''] : parts.filter((part) => part !== '')
}

export function isArgument(part: CommandPart): part is { readonly argument: string } {
  return typeof part !== 'string'
}

/** The names of the arguments in an element. */
export function argumentsOf(parts: readonly CommandPart[]): string[] {
  return parts.filter(isArgument).map(({ argument }) => argument)
}
