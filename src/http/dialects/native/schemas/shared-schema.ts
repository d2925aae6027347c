import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'

/** The schema of an object that is a component of the OpenAPI document, with this name. */
export function sharedSchema<Properties extends TProperties>(
  name: string,
  description: string,
  properties: Properties,
): TObject<Properties> & { $id: string } {
  return Object.assign(Type.Object(properties), { $id: name, description })
}

/** The same of the body of a request, which has no other members: what would be ignored is refused. */
export function bodySchema<Properties extends TProperties>(
  name: string,
  description: string,
  properties: Properties,
): TObject<Properties> & { $id: string } {
  return Object.assign(sharedSchema(name, description, properties), { additionalProperties: false })
}

/** A reference to such a component. */
export function refTo<Schema extends TSchema & { $id: string }>(schema: Schema) {
  return Type.Unsafe<Static<Schema>>({ $ref: `${schema.$id}#` })
}
