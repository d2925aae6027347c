import { ChatterdError } from '../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { TurnLimits, TurnState } from './ports/turn-state.ts'
import { estimatePrompt, truncateLog } from './truncate-log.ts'
import type { TurnPorts } from './turn-ports.ts'

/** Prompts estimated below this, in tokens, fit what engines load by themselves: they are not asked for its size. */
const smallPrompt = 1_500

/** No model has less; a request that says so would cost its conversation all its history. */
const smallestContext = 256

/** The state with its log cut, where the prompt would not leave room for an answer. */
export async function fitContext(
  state: TurnState,
  tools: readonly ToolSchema[],
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<TurnState> {
  const asked = askedContext(state.request.settings, ports.limits)
  if (asked === undefined && estimatePrompt(state, tools) < smallPrompt) return state
  const window = await contextOf(state, ports, signal)
  return window ? { ...state, promptFrom: truncateLog(state, tools, window) } : state
}

/** After the engine said that the prompt is too long: the state cut for certain. Throws `error` where nothing is left to cut. */
export async function truncateAfterOverflow(
  error: unknown,
  state: TurnState,
  tools: readonly ToolSchema[],
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<TurnState> {
  if (!(error instanceof ChatterdError) || error.code !== 'context-overflow') throw error
  const window = (await contextOf(state, ports, signal)) ?? estimatePrompt(state, tools)
  const cut = truncateLog(state, tools, window, true)
  if (cut === state.promptFrom) throw error
  return { ...state, promptFrom: cut }
}

/** The context to ask of the engine, in tokens: what the request's settings say, or our setting; undefined: its own. */
function askedContext(
  { options }: JsonObject,
  { contextTokens }: Pick<TurnLimits, 'contextTokens'>,
): number | undefined {
  const named = isJsonObject(options) ? options.num_ctx : undefined
  return typeof named === 'number' ? Math.max(named, smallestContext) : contextTokens
}

/** Tokens that the prompt and its answer may fill: what is asked for, or what the engine tells. */
async function contextOf(
  state: TurnState,
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { model, settings } = state.request
  return (
    askedContext(settings, ports.limits) ??
    (await ports.engine.loadedContext(model, signal)) ??
    (await ports.engine.model(model, signal))?.contextLength
  )
}
