import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { Tool, Toolbox, ToolOutcome } from '../turn/ports/toolbox.ts'
import { checkSchema, InvalidTool } from './check-schema.ts'
import { errorMessage } from './error-message.ts'
import { createFit, type FitLimits } from './fit.ts'
import { truncateText } from './result-text.ts'
import { type LimitedTool, runTool } from './run-tool.ts'

/** The limits of all tools. */
export interface ToolboxOptions {
  /** How long a tool without its own `timeoutMs` may run, in milliseconds. Default 15,000. */
  timeoutMs?: number
  /** Longest output of a tool, in bytes of UTF-8; a longer one is truncated. Default 65,536. */
  maxOutputBytes?: number
  /** The limits of argument checking. */
  fit?: Partial<FitLimits>
}

/** A tool whose name and limits are checked, with a frozen copy of its schema. */
interface CheckedTool extends LimitedTool {
  schema: ToolSchema
}

/** What OpenAI's API and those that follow it take (https://platform.openai.com/docs/api-reference/chat/create). */
const toolName = /^[\w-]{1,64}$/

/** The longest delay of a timer in Node; with a longer one the timer fires at once. */
const maxTimeoutMs = 2 ** 31 - 1

/** A resident tool's schema, how long the tool may run, in milliseconds, and how much it may return, in bytes. */
export interface ToolDescription {
  schema: ToolSchema
  timeoutMs: number
  maxOutputBytes: number
}

/**
 * Creates the toolbox of these resident tools.
 *
 * @throws InvalidTool where a tool has a name that engines refuse or a schema that is none, two tools have the same name, or a limit is
 * out of range.
 */
export function createToolbox(
  tools: readonly Tool[],
  options: ToolboxOptions = {},
): Toolbox & { describe(): ToolDescription[] } {
  const { timeoutMs = 15_000, maxOutputBytes = 64 * 1024 } = options
  checkLimit('maxOutputBytes', maxOutputBytes, 2 ** 30)
  const checkedTools = new Map<string, CheckedTool>()
  for (const tool of tools) {
    const checked = checkTool(tool, timeoutMs)
    if (checkedTools.has(checked.name)) throw new InvalidTool(`Two tools have the name "${checked.name}".`)
    checkedTools.set(checked.name, checked)
  }
  // Sorted by code units, not by locale: the engine's prompt cache needs the same bytes in every prompt.
  const names = [...checkedTools.keys()].sort()
  const schemas = names.flatMap((name) => checkedTools.get(name)?.schema ?? [])
  const fit = createFit(options.fit)

  return {
    schemas: () => schemas,
    describe: () =>
      names.flatMap((name) => {
        const { schema, timeoutMs: ms } = checkedTools.get(name) ?? {}
        return schema && ms ? { schema, timeoutMs: ms, maxOutputBytes } : []
      }),
    has: (name) => checkedTools.has(name),
    isIdempotent: (name) => checkedTools.get(name)?.tool.idempotent === true,

    fit(schema, args, undeclared) {
      try {
        return fit(schema, args, undeclared)
      } catch (thrown) {
        return { ok: false, written: {}, error: `The arguments cannot be read: ${errorMessage(thrown)}` }
      }
    },

    async run(name, args, context) {
      const tool = checkedTools.get(name)
      const { status, output } = tool ? await runTool(tool, args, context) : unknownTool(name)
      return { status, output: truncateText(output, maxOutputBytes) }
    },
  }
}

function unknownTool(name: string): ToolOutcome {
  return { status: 'failed', output: `There is no tool "${name}" here.` }
}

function checkTool(tool: Tool, defaultMs: number): CheckedTool {
  const { timeoutMs = defaultMs } = tool
  const schema = structuredClone(tool.schema)
  const { name } = schema.function
  if (typeof name !== 'string' || name === '') throw new InvalidTool('A tool has no name.')
  if (!toolName.test(name))
    throw new InvalidTool(
      `The tool ${JSON.stringify(name)} has a name that engines refuse: 1 to 64 letters, digits, "_" and "-" are allowed.`,
    )
  checkSchema(name, schema.function.parameters)
  checkLimit(`The time limit of the tool "${name}"`, timeoutMs, maxTimeoutMs)
  return { name, tool, schema: deepFreeze(schema), timeoutMs }
}

function checkLimit(what: string, value: number, max: number) {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return
  throw new InvalidTool(`${what} must be a whole number from 1 to ${max}, not ${value}.`)
}

/** The schema of a tool must not change while the process runs, because it is part of every prompt. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze)
  return value
}
