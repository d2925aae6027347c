import { maxCallLimit } from '../protocol/call-limits.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { Tool } from '../turn/ports/toolbox.ts'
import { checkSchema, InvalidTool } from './check-schema.ts'
import type { LimitedTool } from './run-tool.ts'

/** A tool whose name and limits are checked, with a frozen copy of its schema. */
export interface CheckedTool extends LimitedTool {
  schema: ToolSchema
}

/** What OpenAI's API and those that follow it take (https://platform.openai.com/docs/api-reference/chat/create). */
const toolName = /^[\w-]{1,64}$/

/** The longest delay of a timer in Node; with a longer one the timer fires at once. */
const maxTimeoutMs = 2 ** 31 - 1

/**
 * Checks a tool. `defaultMs`: how long it may run where it says nothing itself, in milliseconds.
 *
 * @throws InvalidTool where it has a name that engines refuse, a schema that is none, or a limit out of range.
 */
export function checkTool(tool: Tool, defaultMs: number): CheckedTool {
  const { timeoutMs = defaultMs } = tool
  checkDepth(tool.schema)
  const schema = structuredClone(tool.schema)
  const { name } = schema.function
  if (typeof name !== 'string' || name === '') throw new InvalidTool('A tool has no name.')
  if (!toolName.test(name))
    throw new InvalidTool(
      `The tool ${JSON.stringify(name)} has a name that engines refuse: 1 to 64 letters, digits, "_" and "-" are allowed.`,
    )
  checkSchema(name, schema.function.parameters)
  checkLimit(`The time limit of the tool "${name}"`, timeoutMs, maxTimeoutMs)
  for (const member of ['callsAtOnce', 'callsPerMinute'] as const) {
    const limit = tool[member]
    if (limit !== undefined) checkLimit(`${member} of the tool "${name}"`, limit, maxCallLimit)
  }
  return { name, tool, schema: deepFreeze(schema), timeoutMs }
}

/** Deeper values may end the stack of whatever goes through them. */
const maxDepth = 256

/** @throws InvalidTool where a schema has too many levels. */
function checkDepth(schema: ToolSchema): void {
  let level: unknown[] = [schema]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxDepth)
      throw new InvalidTool(
        `The schema of the tool ${JSON.stringify(schema.function.name)} has more than ${maxDepth} levels.`,
      )
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    )
  }
}

/** @throws InvalidTool where `value` is no whole number from 1 to `max`. */
export function checkLimit(what: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return
  throw new InvalidTool(`${what} must be a whole number from 1 to ${max}, not ${value}.`)
}

/** A schema must not change by itself, because it is part of every prompt. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
