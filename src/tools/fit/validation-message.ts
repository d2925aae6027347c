import type { ErrorObject } from 'ajv/dist/2020.js'
import type { JsonObject } from '../../protocol/json.ts'
import { pointerTokens, valueAt } from './json-pointer.ts'
import { isDeclared, type PlainSchema } from './plain-schema.ts'
import { quoted, shortened, shortJson } from './quoted.ts'

const maxListed = 20
const maxLength = 2_000

/** The message for the model: what is wrong with its arguments, and which arguments the tool takes. */
export function validationMessage(tool: string, schema: PlainSchema, problem: string): string {
  return shortened(`Wrong arguments for ${shortened(tool)}: ${problem}. ${signature(schema)}`, maxLength)
}

/** Which argument is wrong, what is expected and what it is. */
export function problemMessage(
  schema: PlainSchema,
  error: ErrorObject,
  { given, fitted }: { given: JsonObject; fitted: JsonObject },
): string {
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(fitted, name))
  return missing.length > 0 ? missingMessage(schema, missing, given) : ajvMessage(error, fitted)
}

function missingMessage(schema: PlainSchema, missing: string[], given: JsonObject): string {
  const message = `${listed(missing.map(quoted), 'and')} ${missing.length === 1 ? 'is' : 'are'} missing`
  const unknown = schema.properties ? Object.keys(given).filter((name) => !isDeclared(schema, name)) : []
  return unknown.length > 0 ? `${message}, and there is no ${listed(unknown.map(quoted), 'or')}` : message
}

function ajvMessage(error: ErrorObject, fitted: JsonObject): string {
  const tokens = pointerTokens(error.instancePath)
  const subject = tokens.length > 0 ? quoted(pathText(tokens)) : 'the object'
  const value = valueAt(fitted, tokens)
  const actual = value === undefined || tokens.length === 0 ? '' : `, but it is ${shortJson(value)}`
  return `${subject} ${expectation(error)}${actual}`
}

function expectation({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return `must be ${listed([params.type].flat(), 'or')}`
    case 'enum':
      return `must be ${listed(params.allowedValues.map(shortJson), 'or')}`
    case 'const':
      return `must be ${shortJson(params.allowedValue)}`
    case 'required':
      return `must have ${quoted(params.missingProperty)}`
    case 'additionalProperties':
      return `must not have ${quoted(params.additionalProperty)}`
    case 'anyOf':
      return 'must match one of the forms that the schema allows'
    default:
      return shortened(message ?? `does not meet "${keyword}"`)
  }
}

/** One sentence that lists all arguments of the tool. */
function signature(schema: PlainSchema): string {
  if (!schema.properties) return 'It takes one JSON object.'
  const names = Object.entries(schema.properties).map(([name, property]) => {
    const required = schema.required?.includes(name) ? 'required' : 'optional'
    return `${shortened(name)} (${typeMessage(property)}, ${required})`
  })
  return names.length > 0 ? `It takes ${listed(names)}.` : 'It takes no arguments.'
}

function typeMessage({ enum: values, type, anyOf }: PlainSchema): string {
  if (values) return `one of ${listed(values.map(shortJson))}`
  if (type) return type.join(' or ')
  const types = new Set(anyOf?.map((branch) => branch.type?.join(' or ') ?? 'any'))
  return types.size > 0 && !types.has('any') ? [...types].join(' or ') : 'any'
}

/** `a, b and c`; without a conjunction `a, b, c`. */
function listed(all: string[], conjunction?: string): string {
  const items = all.length > maxListed ? [...all.slice(0, maxListed), `${all.length - maxListed} more`] : all
  const last = conjunction ? items.slice(-1) : []
  const first = items.slice(0, items.length - last.length).join(', ')
  return first && conjunction ? `${first} ${conjunction} ${last}` : `${first}${last}`
}

/** `stops[0].name` */
function pathText(tokens: string[]): string {
  return tokens
    .map((token, index) => (/^\d+$/.test(token) ? `[${token}]` : index > 0 ? `.${token}` : token))
    .join('')
}
