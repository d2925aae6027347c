import { isJsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'

/** Larger schemas are not checked (`fit.ts`). */
const maxSchema = 32 * 1024
/** What OpenAI's API takes (https://platform.openai.com/docs/api-reference/chat/create). */
const maxDescription = 1_024
/** From so many on, small models often choose a wrong one. */
const manyTools = 40

/** A sentence for everything about these tools that makes it hard for models to use them well. */
export function judgeTools(schemas: readonly ToolSchema[]): string[] {
  const names = schemas.map((schema) => schema.function.name)
  const many = names.length >= manyTools
  return [
    ...schemas.flatMap(judgeTool),
    ...alike(names),
    ...(many ? [`${names.length} tools are many: small models often choose a wrong one; turn some off`] : []),
  ]
}

function judgeTool({ function: { name, description = '', parameters = {} } }: ToolSchema): string[] {
  const advice: string[] = []
  if (description.trim() === '') advice.push(`${name} has no description: models must guess what it is for`)
  if (description.length > maxDescription)
    advice.push(
      `${name} has a description of ${description.length} characters; some engines take ${maxDescription}`,
    )
  const size = JSON.stringify(parameters).length
  if (size > maxSchema)
    advice.push(
      `${name} has a schema of ${size} characters: arguments are not checked with more than ${maxSchema}`,
    )
  if (Object.keys(parameters).length > 0 && !objectKeywords.some((keyword) => keyword in parameters))
    advice.push(
      `${name} has parameters that are no JSON Schema of an object: write { "type": "object", "properties": { … } }`,
    )
  const properties = isJsonObject(parameters.properties) ? parameters.properties : {}
  const bare = Object.keys(properties).filter((key) => !isDescribed(properties[key]))
  if (bare.length > 0) advice.push(`${name} has arguments without a description: ${bare.join(', ')}`)
  return advice
}

const objectKeywords = ['type', 'properties', 'additionalProperties', '$ref', 'allOf', 'anyOf', 'oneOf']

/** A choice of values says enough. */
function isDescribed(schema: unknown): boolean {
  return isJsonObject(schema) && ('description' in schema || 'enum' in schema || 'const' in schema)
}

/** Names that a model mixes up, because only their spelling differs. */
function alike(names: readonly string[]): string[] {
  const groups = Map.groupBy(names, (name) => name.toLowerCase().replace(/[-_]/g, ''))
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => `${group.join(' and ')} differ only in their spelling: models mix them up`)
}
