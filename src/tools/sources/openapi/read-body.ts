import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'
import { type Document, UnusableOperation } from './document.ts'
import type { OperationBody, Parameter } from './operation.ts'
import { isReadOnly } from './plain-keywords.ts'
import { freeArgument } from './read-parameters.ts'

const formType = 'application/x-www-form-urlencoded'

/**
 * The body of an operation: JSON, or a form. The members of an object are arguments, unless one has the name of a parameter.
 *
 * @throws UnusableOperation where it needs a body of another type
 */
export function readBody(
  document: Document,
  value: Json | undefined,
  parameters: readonly Parameter[],
): OperationBody | undefined {
  const written = document.resolve(value)
  const types = isJsonObject(written?.content) ? Object.entries(written.content) : []
  if (!written || types.length === 0) return undefined
  const found =
    types.find(([type]) =>
      /^(?:application\/(?:json|[\w.-]+\+json)|\*\/\*|application\/\*)(?:;|$)/i.test(type),
    ) ?? types.find(([type]) => type.toLowerCase().startsWith(formType))
  if (!found) {
    if (written.required !== true) return undefined
    throw new UnusableOperation(`its body is ${types.map(([type]) => type).join(' or ')}`)
  }
  const [type, media] = found
  const schema = (isJsonObject(media) ? media.schema : undefined) ?? {}
  const members = membersOf(document.resolve(schema))
  const taken = new Set(parameters.map(({ argument }) => argument))
  const isFlat = members?.every((name) => /^[\w.-]{1,64}$/.test(name) && !taken.has(name)) === true
  const isForm = type.toLowerCase().startsWith(formType)
  if (isForm && !members) throw new UnusableOperation('its form has no members')
  const { description } = written
  return {
    type: isForm ? formType : type.includes('*') ? 'application/json' : type,
    isForm,
    isRequired: written.required === true,
    schema,
    ...(typeof description === 'string' && { description }),
    ...(!isFlat && { argument: freeArgument('body', taken, 'body') }),
  }
}

/** The names of the members of an object that has these alone; undefined for any other schema. */
function membersOf(schema: JsonObject | undefined): string[] | undefined {
  if (!schema || !isJsonObject(schema.properties)) return undefined
  if (schema.type !== undefined && schema.type !== 'object') return undefined
  if (schema.nullable === true || schema.allOf || schema.anyOf || schema.oneOf || schema.patternProperties)
    return undefined
  if (schema.additionalProperties === true || isJsonObject(schema.additionalProperties)) return undefined
  const names = Object.entries(schema.properties).flatMap(([name, each]) => (isReadOnly(each) ? [] : name))
  return names.length > 0 ? names : undefined
}
