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

/**
 * The state with its log truncated, where the prompt would not leave room for a reply in the window that is asked for, else in the
 * largest that the model has. What the engine has loaded the model with says nothing: another program may have asked for that.
 */
export async function fitContext(
  state: TurnState,
  tools: readonly ToolSchema[],
  ports: TurnPorts,
  signal: AbortSignal,
): Promise<TurnState> {
  const { model, settings } = state.request
  const asked = askedContext(settings, ports.limits)
  if (asked === undefined && estimatePrompt(state, tools) < smallPrompt) return state
  const window = asked ?? (await ports.engine.model(model, signal))?.contextLength
  return window ? { ...state, promptFrom: truncateLog(state, tools, window) } : state
}

/** The state truncated after the engine has refused the prompt as too long. Throws `error` where nothing is left to truncate. */
export function truncateAfterOverflow(
  error: unknown,
  state: TurnState,
  tools: readonly ToolSchema[],
  limits: TurnLimits,
): TurnState {
  if (!(error instanceof ChatterdError) || error.code !== 'context-overflow') throw error
  // Without a window that is known, half of what did not fit is kept.
  const window = askedContext(state.request.settings, limits) ?? estimatePrompt(promptedPart(state), tools)
  const promptFrom = truncateLog(state, tools, window, true)
  if (promptFrom === state.promptFrom) throw error
  return { ...state, promptFrom }
}

/**
 * True where a truncation is news for the client: the first one, and each that leaves out several turns. In a window of hardly more
 * than one turn, each turn leaves out the one before.
 */
export function isNewTruncation(before: TurnState, after: TurnState): boolean {
  if (after.promptFrom === before.promptFrom) return false
  const leftOut = promptedPart(before).log.filter(({ seq }) => seq > before.pinned && seq < after.promptFrom)
  return before.promptFrom <= before.pinned + 1 || new Set(leftOut.map(({ turn }) => turn)).size > 1
}

function promptedPart(state: TurnState): TurnState {
  return { ...state, log: state.log.filter(({ seq }) => seq <= state.pinned || seq >= state.promptFrom) }
}

/** The window to ask of the engine, in tokens: of the request, else of chatterd's setting; undefined: the engine's own. */
function askedContext(
  { options }: JsonObject,
  { contextTokens }: Pick<TurnLimits, 'contextTokens'>,
): number | undefined {
  const named = isJsonObject(options) ? options.num_ctx : undefined
  return typeof named === 'number' ? Math.max(named, smallestContext) : contextTokens
}
