import { isDeepStrictEqual } from 'node:util'

/**
 * An OpenAPI document in which each schema with a `title` is a component of this name, and is referred to from where it stood.
 * Throws an error where two different schemas have one title.
 */
export function moveToComponents({ paths, ...document }: { paths?: object }): object {
  const schemas: Record<string, object> = {}

  function refer(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(refer)
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value).map(([name, member]) => [name, refer(member)])
    const { title, ...schema } = Object.fromEntries(members)
    // Where `title` is the name of a member, its value is a schema.
    if (typeof title !== 'string') return Object.fromEntries(members)
    const known = schemas[title] ?? schema
    if (!isDeepStrictEqual(known, schema)) throw new Error(`Two different schemas have the title ${title}.`)
    schemas[title] = schema
    return { $ref: `#/components/schemas/${title}` }
  }

  return { ...document, paths: refer(paths), components: { schemas } }
}
