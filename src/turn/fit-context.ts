import { ChatterdError } from '../protocol/errors.ts'
import { isJsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { cutLog, estimatePrompt } from './cut-log.ts'
import type { TurnPorts } from './run-turn.ts'
import type { TurnState } from './turn-state.ts'

/** Prompts estimated below this, in tokens, fit every context: the engine is not asked for its size. */
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
  if (estimatePrompt(state, tools) < smallPrompt) return state
  const window = await contextOf(state, ports, signal)
  return window ? { ...state, cut: cutLog(state, tools, window) } : state
}

/** After the engine said that the prompt is too long: the state cut for certain. Throws `error` where nothing is left to cut. */
export async function cutAfterOverflow(
  error: unknown,
  state: TurnState,
  tools: readonly ToolSchema[],
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<TurnState> {
  if (!(error instanceof ChatterdError) || error.code !== 'context-overflow') throw error
  const window = (await contextOf(state, ports, signal)) ?? estimatePrompt(state, tools)
  const cut = cutLog(state, tools, window, true)
  if (cut === state.cut) throw error
  return { ...state, cut }
}

/** Tokens that the prompt and its answer may fill: what the request sets, or our setting, or what the engine tells. */
async function contextOf(
  state: TurnState,
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { model, settings } = state.request
  if (isJsonObject(settings.options) && typeof settings.options.num_ctx === 'number')
    return Math.max(settings.options.num_ctx, smallestContext)
  if (ports.limits.contextTokens) return ports.limits.contextTokens
  return (
    (await ports.engine.loadedContext(model, signal)) ??
    (await ports.engine.model(model, signal))?.contextLength
  )
}
