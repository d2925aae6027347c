import { ChatterdError } from '../protocol/errors.ts'
import type { JsonObject } from '../protocol/json.ts'
import { withContextWindow } from './context-window.ts'
import type { TurnPorts } from './turn-ports.ts'

/**
 * Loads a model with these settings of a prompt, as its next prompt will want it, or unloads it where `keep_alive` is 0: Ollama does so
 * for a prompt without messages. Returns the engine's line. Throws what the engine throws.
 */
export async function loadModel(
  model: string,
  settings: JsonObject,
  { engine, limits }: Pick<TurnPorts, 'engine' | 'limits'>,
  signal: AbortSignal,
): Promise<string> {
  const asked = withContextWindow(settings, limits.contextTokens)
  const request = { model, messages: [], tools: [], stream: false, settings: asked }
  for await (const parts of engine.chat(request, signal)) {
    const line = parts.find(({ done }) => done)?.line
    if (typeof line === 'string') return line
  }
  throw new ChatterdError('engine-failed', 'The engine did not say that it has loaded the model.')
}
