import type { JsonObject } from './json.ts'

/** A tool as it is offered to models, in the common function-calling form of OpenAI and Ollama. `parameters` is a JSON Schema. */
export interface ToolSchema {
  type: 'function'
  function: { name: string; description?: string; parameters?: JsonObject }
}

/** The JSON of schemas: every prompt needs it, and there may be many. */
const texts = new WeakMap<ToolSchema, string>()

/** A schema as JSON. A schema does not change after that. */
export function schemaJson(tool: ToolSchema): string {
  const text = texts.get(tool) ?? JSON.stringify(tool)
  texts.set(tool, text)
  return text
}
