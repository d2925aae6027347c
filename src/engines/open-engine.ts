import type { Engine } from '../turn/ports/engine.ts'
import { createAutoEngine } from './auto-engine.ts'
import { createDemoEngine } from './demo/demo-engine.ts'
import { createOllamaEngine, type OllamaOptions } from './ollama/ollama-engine.ts'

/** Which engine serves: Ollama, the demo, or whichever there is. */
export interface EngineOptions {
  choice: 'auto' | 'ollama' | 'demo'
  ollama: OllamaOptions
  /** How often Ollama is looked for while the demo serves, in milliseconds. */
  pollMs: number
  /** Told the engine's name when it changes. */
  onChange(name: string): void
}

/** The engine that was chosen. Resolves after at most a second's look for Ollama. */
export async function openEngine({ choice, ollama, pollMs, onChange }: EngineOptions): Promise<Engine> {
  if (choice === 'demo') return createDemoEngine()
  const engine = createOllamaEngine(ollama)
  return choice === 'ollama'
    ? engine
    : createAutoEngine({ ollama: engine, demo: createDemoEngine(), pollMs, onChange })
}
