import type { JsonObject } from './json.ts'

/** A tool as models are told of it: the field's common function-calling form. `parameters` is a JSON Schema. */
export interface ToolSchema {
  type: 'function'
  function: { name: string; description?: string; parameters?: JsonObject }
}
