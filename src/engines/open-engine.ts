import type { Engine } from '../turn/ports/engine.ts'
import { startAutoEngine } from './auto-engine.ts'
import { createDemoEngine } from './demo/demo-engine.ts'
import { createOllamaEngine, type OllamaOptions } from './ollama/ollama-engine.ts'

/** The choice of the engine, and what the engines need. `auto` is Ollama where it responds, else the demo engine. */
export interface EngineOptions {
  choice: 'auto' | 'ollama' | 'demo'
  ollama: OllamaOptions
  /** How often `auto` looks for Ollama while it uses the demo engine, in milliseconds. */
  pollMs: number
  /** Called with the engine's name when it changes. */
  onChange(name: string): void
}

/** Opens the chosen engine. With `auto` it resolves when Ollama has responded, or after a second without a response. */
export async function openEngine({ choice, ollama, pollMs, onChange }: EngineOptions): Promise<Engine> {
  if (choice === 'demo') return createDemoEngine()
  const engine = createOllamaEngine(ollama)
  return choice === 'ollama'
    ? engine
    : startAutoEngine({ ollama: engine, demo: createDemoEngine(), pollMs, onChange })
}
