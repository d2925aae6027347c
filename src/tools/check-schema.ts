import { isJsonObject } from '../protocol/json.ts'

/** A resident tool cannot be used as it is written. The message is for its author. */
export class InvalidTool extends Error {
  readonly code = 'invalid-tool'
}

const types = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null']
const ofSchemas = ['properties', '$defs', 'definitions', 'patternProperties']
const ofSchemaLists = ['allOf', 'anyOf', 'oneOf', 'prefixItems']
const ofOneSchema = ['items', 'additionalProperties', 'not']

/**
 * Checks the form of the JSON Schema of a tool's arguments: the keywords that chatterd and models use.
 *
 * @throws InvalidTool
 */
export function checkSchema(tool: string, parameters: unknown): void {
  if (parameters === undefined) return
  const problem = problemOf(parameters, 'parameters')
  if (problem) throw new InvalidTool(`The schema of the tool "${tool}" is no JSON Schema: ${problem}.`)
  if (!isJsonObject(parameters) || (parameters.type !== undefined && parameters.type !== 'object'))
    throw new InvalidTool(
      `The schema of the tool "${tool}" must be of the type "object": arguments have names.`,
    )
}

/** What is wrong with a schema at a path; undefined where nothing is. */
function problemOf(schema: unknown, path: string): string | undefined {
  if (typeof schema === 'boolean') return undefined
  if (!isJsonObject(schema)) return `${path} must be an object`
  const own = [typeProblem(schema.type, path), requiredProblem(schema.required, path)]
  const parts = Object.entries(schema).map(([keyword, value]) => partProblem(keyword, value, path))
  return [...own, ...parts].find((problem) => problem !== undefined)
}

function typeProblem(type: unknown, path: string): string | undefined {
  const named: unknown[] = Array.isArray(type) ? type : type === undefined ? [] : [type]
  const wrong = named.find((each) => typeof each !== 'string' || !types.includes(each))
  return wrong === undefined
    ? undefined
    : `${path}.type is ${JSON.stringify(wrong)}, not one of ${types.join(', ')}`
}

function requiredProblem(required: unknown, path: string): string | undefined {
  const isNames = Array.isArray(required) && required.every((name) => typeof name === 'string')
  return required === undefined || isNames ? undefined : `${path}.required must be a list of names`
}

function partProblem(keyword: string, value: unknown, path: string): string | undefined {
  const at = `${path}.${keyword}`
  if (ofOneSchema.includes(keyword) && !Array.isArray(value)) return problemOf(value, at)
  if (ofSchemaLists.includes(keyword)) {
    if (!Array.isArray(value)) return `${at} must be a list`
    return firstProblem(
      value.map((each, index) => [String(index), each]),
      at,
    )
  }
  if (!ofSchemas.includes(keyword)) return undefined
  return isJsonObject(value) ? firstProblem(Object.entries(value), at) : `${at} must be an object`
}

function firstProblem(parts: [string, unknown][], path: string): string | undefined {
  for (const [name, part] of parts) {
    const problem = problemOf(part, `${path}.${name}`)
    if (problem) return problem
  }
  return undefined
}
