import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { Tool, Toolbox, ToolOutcome } from '../turn/ports/toolbox.ts'
import { errorMessage } from './error-message.ts'
import { createFit, type FitLimits } from './fit.ts'
import { cutText } from './result-text.ts'
import { type LimitedTool, runTool } from './run-tool.ts'

/** The limits that hold for all tools. */
export interface ToolboxOptions {
  /** How long a tool may take that sets no `timeoutMs` of its own, in milliseconds. Default 15,000. */
  timeoutMs?: number
  /** How much of a tool's output the model is given, in bytes of UTF-8. Default 65,536. */
  maxOutputBytes?: number
  /** What checking arguments may cost. */
  fit?: Partial<FitLimits>
}

/** A tool with what was made sure of at the start. */
interface Entry extends LimitedTool {
  schema: ToolSchema
}

/** The longest time that a timer of Node can be set to; beyond it, it goes off at once. */
const maxTimeoutMs = 2 ** 31 - 1

/**
 * Gathers the resident tools.
 *
 * @throws Error where a tool has no name, or another one's, or where a limit makes no sense.
 */
export function createToolbox(tools: readonly Tool[], options: ToolboxOptions = {}): Toolbox {
  const { timeoutMs = 15_000, maxOutputBytes = 64 * 1024 } = options
  checkLimit('maxOutputBytes', maxOutputBytes, 2 ** 30)
  const entries = new Map<string, Entry>()
  for (const tool of tools) {
    const entry = checkedEntry(tool, timeoutMs)
    if (entries.has(entry.name)) throw new Error(`Two tools are called "${entry.name}".`)
    entries.set(entry.name, entry)
  }
  // By code units, whatever the locale: the engine's prompt cache lives off the same bytes every time.
  const names = [...entries.keys()].sort()
  const schemas = names.flatMap((name) => entries.get(name)?.schema ?? [])
  const fit = createFit(options.fit)
  // Compiling takes milliseconds, which no request should wait for.
  for (const schema of schemas) fit(schema, {})

  return {
    schemas: () => schemas,
    has: (name) => entries.has(name),
    isIdempotent: (name) => entries.get(name)?.tool.idempotent === true,

    fit(schema, args) {
      try {
        return fit(schema, args)
      } catch (thrown) {
        return { ok: false, error: `The arguments cannot be read: ${errorMessage(thrown)}` }
      }
    },

    async run(name, args, context) {
      const entry = entries.get(name)
      const { status, output } = entry ? await runTool(entry, args, context) : unknownTool(name)
      return { status, output: cutText(output, maxOutputBytes) }
    },
  }
}

function unknownTool(name: string): ToolOutcome {
  return { status: 'failed', output: `There is no tool "${name}" here.` }
}

function checkedEntry(tool: Tool, defaultMs: number): Entry {
  const { timeoutMs = defaultMs } = tool
  const schema = structuredClone(tool.schema)
  const { name } = schema.function
  if (typeof name !== 'string' || name === '') throw new Error('A tool has no name.')
  checkLimit(`The time limit of the tool "${name}"`, timeoutMs, maxTimeoutMs)
  return { name, tool, schema: deepFrozen(schema), timeoutMs }
}

function checkLimit(what: string, value: number, max: number) {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return
  throw new Error(`${what} must be a whole number from 1 to ${max}, not ${value}.`)
}

/** What models are told of a tool must not change while the process runs. */
function deepFrozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFrozen)
  return value
}
