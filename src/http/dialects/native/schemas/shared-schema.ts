import { type TEnum, type TObject, type TProperties, Type } from 'typebox'

// A schema with a `title` is a component of the OpenAPI document with this name (openapi-components.ts). Generators of clients then have no
// names to invent: all objects, lists of values and members of unions have one.

export interface Named {
  title: string
  description: string
}

/** The schema of an object with a name. */
export function sharedSchema<Properties extends TProperties>(
  title: string,
  description: string,
  properties: Properties,
): TObject<Properties> & Named {
  return Object.assign(Type.Object(properties), { title, description })
}

/** The same of the body of a request, which has no other members: what would be ignored is refused. */
export function bodySchema<Properties extends TProperties>(
  title: string,
  description: string,
  properties: Properties,
): TObject<Properties> & Named {
  return Object.assign(sharedSchema(title, description, properties), { additionalProperties: false })
}

/** The schema of the parameters of a query, which has no others. */
export function querySchema<Properties extends TProperties>(properties: Properties): TObject<Properties> {
  return Type.Object(properties, { additionalProperties: false })
}

/** The schema of a text that is one of these values, with a name. */
export function sharedEnum<const Values extends string[]>(
  title: string,
  description: string,
  values: readonly [...Values],
): TEnum<Values> {
  return Type.Enum(values, { title, description, type: 'string' })
}
