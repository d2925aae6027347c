import type { Engine } from '../turn/ports/engine.ts'
import { isDemo } from './demo/demo-engine.ts'

export interface AutoEngineOptions {
  /** `version` tells whether it answers. */
  ollama: Engine & { version(signal?: AbortSignal): Promise<string> }
  demo: Engine
  /** How long the first question waits for an answer, in milliseconds. Default 1,000. */
  firstProbeMs?: number
  /** How often Ollama is asked again while the demo serves, and how long each question may take. Default 5,000. */
  pollMs?: number
  /** Told the engine's name when it changes. */
  onChange?: (name: string) => void
}

/**
 * Serves with Ollama where one answers, else with the demo until one does, and never goes back: an Ollama that fails later is
 * told as such. Turns of the demo's own model end on the demo, also when Ollama appears in their middle. Resolves after the
 * first question.
 */
export async function createAutoEngine({
  ollama,
  demo,
  firstProbeMs = 1_000,
  pollMs = 5_000,
  onChange,
}: AutoEngineOptions): Promise<Engine> {
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let current: Engine = (await answers(firstProbeMs)) ? ollama : demo

  async function answers(withinMs: number): Promise<boolean> {
    try {
      await ollama.version(AbortSignal.any([closing.signal, AbortSignal.timeout(withinMs)]))
      return true
    } catch {
      return false
    }
  }

  function pollLater(): void {
    timer = setTimeout(poll, pollMs)
    timer.unref()
  }

  async function poll(): Promise<void> {
    const found = await answers(pollMs)
    if (closing.signal.aborted) return
    if (!found) return pollLater()
    current = ollama
    onChange?.(ollama.name)
  }

  const startedWithDemo = current === demo
  if (startedWithDemo) pollLater()

  /** Ollama does not know the demo's model. */
  function engineOf(model: string): Engine {
    return startedWithDemo && isDemo(model) ? demo : current
  }

  return {
    get name() {
      return current.name
    },
    chat: (request, signal) => engineOf(request.model).chat(request, signal),
    generate: (body, signal) => current.generate(body, signal),
    models: (signal) => current.models(signal),
    model: (name, signal) => engineOf(name).model(name, signal),
    loadedContext: (name, signal) => engineOf(name).loadedContext(name, signal),
    async close() {
      closing.abort()
      clearTimeout(timer)
      await Promise.all([ollama.close(), demo.close()])
    },
  }
}
