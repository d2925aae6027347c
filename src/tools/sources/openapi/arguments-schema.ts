import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'
import { convertSchemas } from './convert-schema.ts'
import type { Document } from './document.ts'
import type { Operation, OperationBody } from './operation.ts'

/**
 * The JSON Schema of an operation's arguments.
 *
 * @throws UnusableOperation
 */
export function argumentsSchema(document: Document, { parameters, body }: Operation): JsonObject {
  return convertSchemas(document, (convert) => {
    const properties: JsonObject = {}
    const required: Json[] = []
    for (const { argument, schema, description, isRequired } of parameters) {
      properties[argument] = described(convert(schema), description)
      if (isRequired) required.push(argument)
    }
    const ofBody = body ? bodyProperties(document, body, convert) : { properties: {}, required: [] }
    const all = [...required, ...ofBody.required]
    return {
      type: 'object',
      properties: { ...properties, ...ofBody.properties },
      ...(all.length > 0 && { required: all }),
      additionalProperties: false,
    }
  })
}

function bodyProperties(
  document: Document,
  { argument, schema, description, isRequired }: OperationBody,
  convert: (schema: Json | undefined) => JsonObject,
): { properties: JsonObject; required: Json[] } {
  if (argument !== undefined) {
    const properties = { [argument]: described(convert(schema), description) }
    return { properties, required: isRequired ? [argument] : [] }
  }
  const { properties, required } = convert(document.resolve(schema))
  return {
    properties: isJsonObject(properties) ? properties : {},
    required: isRequired && Array.isArray(required) ? required : [],
  }
}

function described(schema: JsonObject, description: string | undefined): JsonObject {
  return description === undefined ? schema : { ...schema, description }
}
