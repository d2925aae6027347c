import { isJsonObject, type JsonObject } from '../protocol/json.ts'

/** A variable that is not there, and the member that names it, such as `headers.Authorization`. */
export interface MissingVariable {
  at: string
  name: string
}

/** Other programs that start MCP servers write `${NAME}` also as `${env:NAME}`, and with a default as `${NAME:-default}`. */
const variable = /\$\{(?:env:)?((?:\w+:)?[A-Za-z_]\w*)(?::-([^{}]*))?\}/g

/** A table whose texts have each `${NAME}` replaced by the variable of the environment. One that is empty counts as not there. `inserted`: the values that were put in. */
export function insertVariables(
  table: JsonObject,
  env: Readonly<Record<string, string | undefined>>,
): { value: Record<string, unknown>; missing: MissingVariable[]; inserted: string[] } {
  const missing: MissingVariable[] = []
  const inserted: string[] = []

  function insert(value: unknown, at: string): unknown {
    if (typeof value === 'string')
      return value.replace(variable, (written, name: string, standard?: string) => {
        const found = env[name]
        if (found) inserted.push(found)
        else if (standard === undefined) missing.push({ at, name })
        return found || (standard ?? written)
      })
    if (Array.isArray(value)) return value.map((each, index) => insert(each, `${at}[${index}]`))
    return isJsonObject(value) ? insertInto(value, `${at}.`) : value
  }

  function insertInto(object: JsonObject, prefix: string): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(object).map(([name, value]) => [name, insert(value, `${prefix}${name}`)]),
    )
  }

  return { value: insertInto(table, ''), missing, inserted }
}
