import { closestName } from '../../protocol/closest-name.ts'
import type { Json, JsonObject } from '../../protocol/json.ts'
import { isDeclared, type PlainSchema } from './plain-schema.ts'
import { listed, quoted, shortJson } from './quoted.ts'

/** Where a value stands in the arguments: names of members and indexes of elements. */
export type Path = readonly (string | number)[]

/** A value that does not fit its schema, with the problem as the model reads it. */
export class Misfit {
  readonly #describe: () => string

  /** `describe` is called where the problem is read: a value that misfits one branch of a schema may fit the next. */
  constructor(describe: () => string) {
    this.#describe = describe
  }

  get problem(): string {
    return this.#describe()
  }
}

/** `"stops[0].name" must be string, but it is 3` */
export function wrongValue(path: Path, expectation: string, value: Json): Misfit {
  return new Misfit(() => {
    const actual = path.length > 0 ? `, but it is ${shortJson(value)}` : ''
    return `${subject(path)} ${expectation}${actual}`
  })
}

/** For required members that the value does not have. Of the arguments themselves, names that the schema does not declare are told too. */
export function missingMembers(
  path: Path,
  missing: readonly string[],
  value: JsonObject,
  schema: PlainSchema,
): Misfit {
  return new Misfit(() => {
    const names = listed(missing.map(quoted), 'and')
    if (path.length > 0) return `${subject(path)} must have ${names}`
    const message = `${names} ${missing.length === 1 ? 'is' : 'are'} missing`
    const unknown = schema.properties ? Object.keys(value).filter((name) => !isDeclared(schema, name)) : []
    return unknown.length > 0 ? `${message}, and there is no ${listed(unknown.map(quoted), 'or')}` : message
  })
}

/** For a member that the schema does not allow, with the nearest one that it declares. */
export function unknownMember(path: Path, name: string, { properties = {} }: PlainSchema): Misfit {
  return new Misfit(() => {
    const nearest = closestName(name, Object.keys(properties))
    const hint = nearest === undefined ? '' : `; the nearest is ${quoted(nearest)}`
    const message = path.length > 0 ? `${subject(path)} must not have` : 'there is no'
    return `${message} ${quoted(name)}${hint}`
  })
}

function subject(path: Path): string {
  if (path.length === 0) return 'the object'
  return quoted(
    path.map((part, at) => (typeof part === 'number' ? `[${part}]` : at > 0 ? `.${part}` : part)).join(''),
  )
}
