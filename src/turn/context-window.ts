import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import type { TurnLimits, TurnState } from './ports/turn-state.ts'
import type { TurnPorts } from './turn-ports.ts'

/** No model has less, in tokens; a request that asks for less would cost its conversation all of its history. */
const smallestContext = 256

/** The window to ask of the engine, in tokens: of the request, else of chatterd's setting; undefined: the engine's own. */
export function askedContext(
  { request: { settings } }: Pick<TurnState, 'request'>,
  { contextTokens }: Pick<TurnLimits, 'contextTokens'>,
): number | undefined {
  const named = isJsonObject(settings.options) ? settings.options.num_ctx : undefined
  const tokens = JSON.isRawJSON(named) ? Number(named.rawJSON) : named
  return typeof tokens === 'number' ? Math.max(tokens, smallestContext) : contextTokens
}

/**
 * The window to count on, in tokens: the one that is asked for, else the largest that the model has. What the engine has loaded the
 * model with says nothing: another program may have asked for that.
 */
export async function contextWindow(
  state: Pick<TurnState, 'request'>,
  { engine, limits }: Pick<TurnPorts, 'engine' | 'limits'>,
  signal: AbortSignal,
): Promise<number | undefined> {
  return askedContext(state, limits) ?? (await engine.model(state.request.model, signal))?.contextLength
}

/** The settings of a prompt with the window to ask of the engine, in tokens, where they name none. */
export function withContextWindow(settings: JsonObject, contextTokens: number | undefined): JsonObject {
  if (!contextTokens) return settings
  const options = isJsonObject(settings.options) ? settings.options : {}
  return { ...settings, options: { num_ctx: contextTokens, ...options } }
}
