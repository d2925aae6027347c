import type { FastifyError } from 'fastify'
import { didYouMean } from '../protocol/closest-name.ts'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'

/** An error of Ajv with the option `verbose`: https://ajv.js.org/api.html#error-objects */
type ValidationError = NonNullable<FastifyError['validation']>[number] & {
  parentSchema?: JsonObject
  data?: unknown
}

/**
 * What does not fit the schema, such as `messages.0.role: must be equal to constant`. Where a value may have one of several forms,
 * the error of the closest form: the one that fits down to the deepest level.
 */
export function validationMessage({ validation = [], validationContext }: FastifyError): string {
  const errors = validation as ValidationError[]
  const depth = Math.max(...errors.map(depthOf))
  const deepest = errors.filter((error) => error.keyword !== 'anyOf' && depthOf(error) === depth)
  // Of an object, what is wrong with its members says more than that no text was given.
  const ofMembers = deepest.filter(
    ({ keyword, data }) => isJsonObject(data) && keyword !== 'type' && keyword !== 'enum',
  )
  const nearest = ofMembers.length > 0 ? ofMembers : deepest
  const first = nearest[0] ?? errors[0]
  const isQuery = validationContext === 'querystring'
  const context = isQuery ? 'query' : (validationContext ?? 'body')
  const path = first?.instancePath.slice(1).replaceAll('/', '.') || context
  if (first === undefined) return `${path}: is not as expected.`
  const same = nearest.filter(({ instancePath }) => instancePath === first.instancePath)
  if (Array.isArray(first.params.allowedValues)) {
    const takesObject = same.some(({ keyword, params }) => keyword === 'type' && params.type === 'object')
    return `${path}: one of ${first.params.allowedValues.join(', ')}${takesObject ? ', or an object,' : ''} is expected.`
  }
  if (same.length > 1 && same.every(({ keyword }) => keyword === 'const'))
    return `${path}: one of ${same.map(({ params }) => params.allowedValue).join(', ')} is expected.`
  const missing = nearest.flatMap(({ params }) => (params.missingProperty as string | undefined) ?? [])
  const unknown = unknownName(first)
  if (unknown !== undefined)
    return unknownMember(path, isQuery ? 'parameter' : 'member', unknown, first, missing)
  if (missing.length > 1) return `${path}: must have ${missing.map((name) => `'${name}'`).join(' or ')}.`
  return `${path}: ${[...new Set(same.map(expectation))].join(' or ')}.`
}

/** A member that the schema does not have: who misspells a required one lacks that, too. */
function unknownName({ keyword, params, parentSchema, data }: ValidationError): string | undefined {
  if (keyword === 'additionalProperties') return String(params.additionalProperty)
  if (keyword !== 'required' || parentSchema?.additionalProperties !== false || !isJsonObject(data))
    return undefined
  const { properties = {} } = parentSchema
  return Object.keys(data).find((name) => !isJsonObject(properties) || !Object.hasOwn(properties, name))
}

/** `body: there is no member "titel"; did you mean title?` */
function unknownMember(
  path: string,
  kind: string,
  name: string,
  { parentSchema }: ValidationError,
  missing: string[],
): string {
  const properties = isJsonObject(parentSchema?.properties) ? parentSchema.properties : {}
  const shown = JSON.stringify(name.slice(0, 60).toWellFormed())
  const lacks = missing.length > 0 ? `, and '${missing[0]}' is missing.` : '.'
  return `${path}: there is no ${kind} ${shown}${didYouMean(name, Object.keys(properties)) || lacks}`
}

/** Ajv's words, and plainer ones where it has them only for programmers. */
function expectation({ keyword, params, parentSchema, message }: ValidationError): string {
  const count = (unit: string) => `${params.limit} ${unit}${params.limit === 1 ? '' : 's'}`
  switch (keyword) {
    case 'minLength':
      return `must have at least ${count('character')}`
    case 'maxLength':
      return `must have at most ${count('character')}`
    case 'minItems':
      return `must be a list of at least ${count('element')}`
    case 'maxItems':
      return `must be a list of at most ${count('element')}`
    case 'type':
      return params.type === 'integer' ? wholeNumber(parentSchema) : `must be ${nameOf(params.type)}`
    case 'minimum':
    case 'maximum':
      return parentSchema?.type === 'integer' ? wholeNumber(parentSchema) : (message ?? 'is out of range')
    case 'required':
      return `'${params.missingProperty}' is missing`
    case 'pattern':
      return patternWords[String(params.pattern)] ?? `must match the pattern ${params.pattern}`
    default:
      return message ?? 'is not as expected'
  }
}

function wholeNumber({ minimum, maximum }: JsonObject = {}): string {
  const from = minimum === undefined ? '' : ` from ${minimum}`
  return `must be a whole number${from}${maximum === undefined ? '' : ` to ${maximum}`}`
}

/** Of JSON's types. */
function nameOf(type: unknown): string {
  const names: Record<string, string> = {
    ...{ string: 'a text', object: 'an object', array: 'a list', number: 'a number' },
    ...{ boolean: 'true or false', null: 'null' },
  }
  return [type]
    .flat()
    .map((each) => names[String(each)] ?? String(each))
    .join(' or ')
}

const patternWords: Record<string, string> = {
  '^[\\x20-\\x7e]*$': 'must be printable ASCII characters',
  '^[^\\u0000]*$': 'must not have the character U+0000',
  '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$': 'must be a UUID',
}

function depthOf({ instancePath }: ValidationError): number {
  return instancePath.split('/').length
}
