import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox'

/** An object's schema that stands in the OpenAPI document by itself, under its name. */
export function sharedSchema<Properties extends TProperties>(
  name: string,
  description: string,
  properties: Properties,
): TObject<Properties> & { $id: string } {
  return Object.assign(Type.Object(properties), { $id: name, description })
}

/** A reference to such a schema. */
export function refTo<Schema extends TSchema & { $id: string }>(schema: Schema) {
  return Type.Unsafe<Static<Schema>>({ $ref: `${schema.$id}#` })
}
