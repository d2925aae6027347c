import type { JsonObject } from './json.ts'

/** A tool as it is offered to models, in the common function-calling form of OpenAI and Ollama. `parameters` is a JSON Schema. */
export interface ToolSchema {
  type: 'function'
  function: { name: string; description?: string; parameters?: JsonObject }
}
