import { ChatterdError } from '../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { TurnLimits, TurnState } from './ports/turn-state.ts'
import { estimatePrompt, truncateLog } from './truncate-log.ts'
import type { TurnPorts } from './turn-ports.ts'

/** Prompts estimated below this, in tokens, fit what engines load by default: the engine is not asked for its window. */
const smallPrompt = 1_500

/** No model has less, in tokens; a request that asks for less would cost its conversation all of its history. */
const smallestContext = 256

/** The state with its log truncated, where the prompt would not leave room for a reply. */
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

/** The state truncated after the engine has refused the prompt as too long. Throws `error` where nothing is left to truncate. */
export async function truncateAfterOverflow(
  error: unknown,
  state: TurnState,
  tools: readonly ToolSchema[],
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<TurnState> {
  if (!(error instanceof ChatterdError) || error.code !== 'context-overflow') throw error
  const window = (await contextOf(state, ports, signal)) ?? estimatePrompt(state, tools)
  const promptFrom = truncateLog(state, tools, window, true)
  if (promptFrom === state.promptFrom) throw error
  return { ...state, promptFrom }
}

/** The window to ask of the engine, in tokens: of the request, else of chatterd's setting; undefined: the engine's own. */
function askedContext(
  { options }: JsonObject,
  { contextTokens }: Pick<TurnLimits, 'contextTokens'>,
): number | undefined {
  const named = isJsonObject(options) ? options.num_ctx : undefined
  return typeof named === 'number' ? Math.max(named, smallestContext) : contextTokens
}

/** The window for the prompt and its reply, in tokens: what is asked for, else what the engine says. */
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
