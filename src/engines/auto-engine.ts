import type { Engine } from '../turn/ports/engine.ts'
import { isDemo } from './demo/demo-engine.ts'

export interface AutoEngineOptions {
  ollama: Engine
  demo: Engine
  /** How long the first request may take, in milliseconds. Default 1,000. */
  firstProbeMs?: number
  /** How often Ollama is tried again while the demo engine is used, and how long each try may take. Default 5,000. */
  pollMs?: number
  /** Called with the engine's name when it changes. */
  onChange?: (name: string) => void
}

/**
 * Uses Ollama where it responds, else the demo engine until Ollama responds. It never switches back: when Ollama fails later,
 * prompts fail. Turns with the demo's model stay on the demo engine, also after the switch. Resolves after the first request.
 */
export async function startAutoEngine({
  ollama,
  demo,
  firstProbeMs = 1_000,
  pollMs = 5_000,
  onChange,
}: AutoEngineOptions): Promise<Engine> {
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let current: Engine = (await responds(firstProbeMs)) ? ollama : demo

  async function responds(withinMs: number): Promise<boolean> {
    try {
      await ollama.ping(AbortSignal.any([closing.signal, AbortSignal.timeout(withinMs)]))
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
    const found = await responds(pollMs)
    if (closing.signal.aborted) return
    if (!found) return pollLater()
    current = ollama
    onChange?.(ollama.name)
  }

  const startedWithDemo = current === demo
  if (startedWithDemo) pollLater()

  /** Ollama does not have the demo's model. */
  function engineOf(model: string): Engine {
    return startedWithDemo && isDemo(model) ? demo : current
  }

  return {
    get name() {
      return current.name
    },
    chat: (request, signal) => engineOf(request.model).chat(request, signal),
    generate: (body, signal) => current.generate(body, signal),
    ping: (signal) => current.ping(signal),
    async state() {
      const state = await current.state()
      return current === demo ? { ...state, detail: `${state.detail} ${switches}` } : state
    },
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

const switches = 'It is used as soon as Ollama responds.'
