import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'

/**
 * The form of a reply that is a call of one of these tools, as a JSON Schema for structured output:
 * `{"name": "…", "arguments": {…}}`. The schemas of the arguments are in `$defs`, by the tools' names.
 */
export function callFormat(tools: readonly ToolSchema[]): JsonObject {
  const forms = tools.map(({ function: { name } }) => ({
    type: 'object',
    properties: { name: { const: name }, arguments: { $ref: `#/$defs/${name}` } },
    required: ['name', 'arguments'],
    additionalProperties: false,
  }))
  const schemas = tools.map(({ function: { name, parameters = {} } }) => [
    name,
    argumentsSchema(parameters, name),
  ])
  const [form = {}] = forms
  return { ...(forms.length === 1 ? form : { anyOf: forms }), $defs: Object.fromEntries(schemas) }
}

function argumentsSchema(parameters: Json, name: string): Json {
  return {
    type: 'object',
    properties: {},
    ...(isJsonObject(parameters) && movedReferences(parameters, name)),
  }
}

/** A copy, whose references point to where the schema is now: `#/$defs/place` becomes `#/$defs/NAME/$defs/place`. */
function movedReferences(schema: JsonObject, name: string): JsonObject {
  const move = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(move)
    return isJsonObject(value) ? moveMembers(value) : value
  }
  const moveMembers = (object: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(object).map(([key, member]) => {
        const isReference = key === '$ref' && typeof member === 'string' && /^#(\/|$)/.test(member)
        return [key, isReference ? `#/$defs/${name}${member.slice(1)}` : move(member ?? null)]
      }),
    )
  return moveMembers(schema)
}
