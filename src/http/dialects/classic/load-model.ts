import { ChatterdError } from '../../../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { Engine } from '../../../turn/ports/engine.ts'

/** More than Ollama says of a model that it has loaded. */
const maxBytes = 64 * 1024

/**
 * Loads a model with these settings of a prompt, or unloads it where `keep_alive` is 0, as Ollama does for a prompt without messages.
 * Returns the one line of its reply.
 * Throws `engine-refused` and `engine-failed`, in the engine's words.
 */
export async function loadModel(
  model: string,
  settings: JsonObject,
  engine: Pick<Engine, 'generate'>,
  signal: AbortSignal,
): Promise<string> {
  const { status, body } = await engine.generate({ model, ...settings, stream: false }, signal)
  const reply = readObject(await textOf(body))
  if (status >= 400) {
    const words =
      typeof reply.error === 'string' ? reply.error : `The engine responded with status ${status}.`
    throw new ChatterdError(status >= 500 ? 'engine-failed' : 'engine-refused', words)
  }
  const { created_at = new Date().toISOString(), done_reason = 'load' } = reply
  return JSON.stringify({
    model,
    created_at,
    message: { role: 'assistant', content: '' },
    done_reason,
    done: true,
  })
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > maxBytes)
      throw new ChatterdError('engine-failed', `The engine sent more than ${maxBytes} bytes.`)
    // Its memory is used again.
    chunks.push(Uint8Array.from(chunk))
  }
  return Buffer.concat(chunks).toString()
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    if (isJsonObject(value)) return value
  } catch {}
  throw new ChatterdError('engine-failed', 'The engine sent a response that is no JSON object.')
}
