import { exampleArguments } from './example.ts'
import { declaredMembers, type PlainSchema } from './plain-schema.ts'
import { listed, shortened, shortJson } from './quoted.ts'

const maxLength = 2_000

/** The message for the model: what is wrong with its arguments, which arguments the tool takes, and an example of right ones. */
export function validationMessage(tool: string, schema: PlainSchema, problem: string): string {
  const example = exampleArguments(schema)
  const message = `Wrong arguments for ${shortened(tool)}: ${problem}. ${signature(schema)}`
  return shortened(example === undefined ? message : `${message} For example: ${example}.`, maxLength)
}

/** One sentence that lists all arguments of the tool. */
function signature(schema: PlainSchema): string {
  const { properties, required } = declaredMembers(schema)
  const names = Object.entries(properties).map(([name, property]) => {
    const need = required.includes(name) ? 'required' : 'optional'
    return `${shortened(name)} (${typeMessage(property)}, ${need})`
  })
  if (names.length === 0 && !schema.properties) return 'It takes one JSON object.'
  return names.length > 0 ? `It takes ${listed(names)}.` : 'It takes no arguments.'
}

function typeMessage({ enum: values, type, anyOf, allOf }: PlainSchema): string {
  const first = allOf?.find((part) => part.enum || part.type || part.anyOf)
  if (first) return typeMessage(first)
  if (values) return `one of ${listed(values.map(shortJson))}`
  if (type) return type.join(' or ')
  const types = new Set(anyOf?.map((branch) => branch.type?.join(' or ') ?? 'any'))
  return types.size > 0 && !types.has('any') ? [...types].join(' or ') : 'any'
}
