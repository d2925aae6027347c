import type { ToolArguments } from '../../turn/ports/toolbox.ts'

/** An argument of a call. Undefined where there is none. */
export function argumentOf(argument: string, values: ToolArguments): unknown {
  return Object.hasOwn(values, argument) ? (values[argument] ?? undefined) : undefined
}

/** A string as it is, any other value as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : argumentsJson(value)
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
