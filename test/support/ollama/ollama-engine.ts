import type { RequestListener } from 'node:http'
import type { TestContext } from 'node:test'
import { createOllamaEngine, type OllamaOptions } from '../../../src/engines/ollama/ollama-engine.ts'
import type { Engine } from '../../../src/turn/ports/engine.ts'
import { type LocalServer, serve } from '../stand-ins/local-server.ts'

/** The engine on this Ollama, with all the time that a test may need unless `options` say otherwise. */
export function ollamaEngine(baseUrl: string, options: Partial<OllamaOptions> = {}): Engine {
  return createOllamaEngine({
    baseUrl,
    connectTimeoutMs: 60_000,
    firstTokenTimeoutMs: 60_000,
    silenceTimeoutMs: 60_000,
    stepTimeoutMs: 60_000,
    maxLineBytes: 4 * 1024 * 1024,
    ...options,
  })
}

/** The same on a server, or on one that responds with `serving`; both end with the test. `path` is the path of that Ollama. */
export async function startEngine(
  t: TestContext,
  serving: RequestListener | Promise<LocalServer>,
  { path = '', ...options }: Partial<OllamaOptions> & { path?: string } = {},
): Promise<Engine> {
  const server = await (typeof serving === 'function' ? serve(serving) : serving)
  const engine = ollamaEngine(`${server.url}${path}`, options)
  t.after(async () => {
    await engine.close()
    await server.close()
  })
  return engine
}
