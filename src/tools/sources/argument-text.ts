import type { TextPart } from '../../protocol/tool-settings/text-part.ts'
import type { ToolArguments } from '../../turn/ports/toolbox.ts'

/** An argument of a call. Undefined where there is none. */
export function argumentOf(argument: string, values: ToolArguments): unknown {
  return Object.hasOwn(values, argument) ? (values[argument] ?? undefined) : undefined
}

/** A string as it is, any other value as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : argumentsJson(value)
}

/**
 * The text of a template, in which each argument is what `write` makes of its text; undefined where the call does not have one of its
 * arguments. `write` also gets what is before it.
 */
export function fillTemplate(
  parts: readonly TextPart[],
  values: ToolArguments,
  write: (text: string, argument: string, before: string) => string,
): string | undefined {
  const isGiven = (part: TextPart) =>
    typeof part === 'string' || argumentOf(part.argument, values) !== undefined
  if (!parts.every(isGiven)) return undefined
  return parts.reduce<string>((before, part) => {
    if (typeof part === 'string') return before + part
    return before + write(textOf(argumentOf(part.argument, values)), part.argument, before)
  }, '')
}

/** The JSON of arguments, in which integers have all their digits. */
export function argumentsJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? JSON.rawJSON(String(each)) : each,
  )
}

/** Arguments of which `JSON.stringify` writes the same: for code that does so itself. */
export function exactArguments(args: ToolArguments): ToolArguments {
  return Object.fromEntries(Object.entries(args).map(([name, value]) => [name, exactValue(value)]))
}

function exactValue(value: unknown): unknown {
  if (typeof value === 'bigint') return JSON.rawJSON(String(value))
  if (Array.isArray(value)) return value.map(exactValue)
  return typeof value === 'object' && value !== null ? exactArguments({ ...value }) : value
}
