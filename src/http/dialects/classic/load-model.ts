import { ChatterdError } from '../../../protocol/errors.ts'
import type { JsonObject } from '../../../protocol/json.ts'
import type { Engine } from '../../../turn/ports/engine.ts'

/**
 * Loads a model with these settings of a prompt, or unloads it where `keep_alive` is 0, as Ollama does for a prompt without messages.
 * Returns the engine's line. Throws what the engine throws.
 */
export async function loadModel(
  model: string,
  settings: JsonObject,
  engine: Pick<Engine, 'chat'>,
  signal: AbortSignal,
): Promise<string> {
  const request = { model, messages: [], tools: [], stream: false, settings }
  for await (const parts of engine.chat(request, signal)) {
    const line = parts.find(({ done }) => done)?.line
    if (typeof line === 'string') return line
  }
  throw new ChatterdError('engine-failed', 'The engine did not say that it has loaded the model.')
}
