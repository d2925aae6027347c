import type { Approval } from '../../protocol/call.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** What a tool gets besides its arguments. */
export interface ToolContext {
  /** Aborted when the tool's time is over, or its turn ends. */
  signal: AbortSignal
  /** Name of the conversation. */
  conversation: string
  turn: string
  callId: string
}

/** What a call is run with. */
export interface CallContext extends ToolContext {
  /** How much of it was mended, for the counts of its tool. */
  repairs?: number
}

/** The arguments of a call by name, of plain JavaScript values; integers that a double does not hold are BigInts. */
export type ToolArguments = { [name: string]: unknown }

/** A resident tool. `run` returns what the model reads: a string, or a value that is turned into JSON. The model reads the message of what it throws. */
export interface Tool {
  schema: ToolSchema
  run(args: ToolArguments, context: ToolContext): Promise<unknown> | unknown
  /** True where a second start does no harm: when its process is gone, another may start it again. */
  idempotent?: true
  /** Replaces the toolbox's own limit, in milliseconds. */
  timeoutMs?: number
  /** Calls that run at once in this process. Absent: as many as of all tools together. */
  callsAtOnce?: number
  /** Calls that begin within a minute in this process. Replaces the toolbox's own limit. */
  callsPerMinute?: number
}

/**
 * Arguments that fit a schema, or a message for the model that says what does not. `written`: the arguments as the model wrote them;
 * empty where they are no object of a size that is stored.
 */
export type Fit = { written: JsonObject } & (
  | { ok: true; arguments: JsonObject }
  | { ok: false; error: string }
)

/** How a resident call ended, and what the model reads as its result. */
export interface ToolOutcome {
  status: 'succeeded' | 'failed' | 'timed-out'
  output: string
  /** Base64. */
  images?: string[]
}

/** The resident tools, with the limits and checks of all of them. No function throws. */
export interface Toolbox {
  /** The resident tools' schemas, sorted by name: the same array until the tools change. Read once a step. */
  schemas(): ToolSchema[]
  /** True for a resident tool, also for one that a turn that runs may have been offered before it was removed. */
  has(name: string): boolean
  /** True for a resident tool that may be started again. */
  isIdempotent(name: string): boolean
  /** True for the name of a tool, of either side, whose calls a person has to approve. */
  isAsked(name: string): boolean
  /** What a person approves who approves such a call. Arguments are those that `fit` gave. */
  approvalOf(name: string, args: JsonObject): Approval
  /**
   * Checks arguments against a tool's JSON Schema, of either side, and brings them to the declared types. `undeclared`: the schema of
   * arguments that the tool neither declares nor forbids. A call of a resident tool that does not fit is counted as one that failed.
   */
  fit(schema: ToolSchema, args: unknown, undeclared?: JsonObject): Fit
  /** Runs a resident tool within its limits, and counts the call. Arguments are those that `fit` gave. */
  run(name: string, args: JsonObject, context: CallContext): Promise<ToolOutcome>
}
