import { isDeepStrictEqual } from 'node:util'
import { isJsonObject, type Json, type JsonObject } from '../../protocol/json.ts'
import { check } from './check.ts'
import { convert, isOfType } from './convert.ts'
import { Misfit, missingMembers, type Path, unknownMember, wrongValue } from './misfit.ts'
import { isDeclared, type PlainSchema } from './plain-schema.ts'

/** How many more values may be held against a schema (`costOf`); branches multiply them. Below 0 the result says nothing. */
export interface Budget {
  checks: number
}

/**
 * Brings a value to the declared types and spellings of its schema, only where its meaning is plain, and returns it; or the first
 * place where it does not fit. The value itself is returned where nothing changes; it is never modified. What was returned fits again
 * unchanged.
 */
export function fitValue(schema: PlainSchema, given: Json, budget: Budget, path: Path = []): Json | Misfit {
  budget.checks -= costOf(schema, given)
  if (budget.checks < 0) return new Misfit(() => 'it was not checked')
  if (schema.allOf) return fitAll(schema.allOf, given, budget, path)
  if (schema.anyOf) return fitBranch(schema.anyOf, given, budget, path)
  const value = toEnumSpelling(schema, toDeclaredType(schema, given))
  const expectation = check(schema, value)
  if (expectation !== undefined)
    return toOtherForm(schema, given, budget) ?? wrongValue(path, expectation, value)
  if (isJsonObject(value)) return fitMembers(schema, value, budget, path)
  return Array.isArray(value) ? fitElements(schema, value, budget, path) : value
}

/** In values that are held against a schema. What is in an `enum` as it is, is found fast; else each of its values is compared. */
function costOf({ enum: values = [] }: PlainSchema, value: Json): number {
  const comparisons = values.includes(value) ? values.length / 100 : values.length
  return 1 + comparisons + (typeof value === 'string' ? value.length / 100 : 0)
}

function toDeclaredType({ type }: PlainSchema, value: Json): Json {
  if (!type) return value
  for (const name of type) if (isOfType(value, name)) return convert(value, name) ?? value
  for (const name of type) {
    const converted = convert(value, name)
    if (converted !== undefined) return converted
  }
  return value
}

/** A list of the one scalar, or the one scalar of a list, where that fits as it is; undefined where it does not. */
function toOtherForm(schema: PlainSchema, given: Json, budget: Budget): Json | undefined {
  const other = Array.isArray(given) ? onlyScalar(given) : asList(schema, given)
  if (other === undefined || check(schema, other) !== undefined) return undefined
  return fitValue(schema, other, budget) === other ? other : undefined
}

function onlyScalar(list: Json[]): Json | undefined {
  const [only] = list
  return list.length === 1 && isScalar(only) ? only : undefined
}

/** A text in brackets or with commas or lines may be a list that could not be read, or several elements: which ones would be a guess. */
function asList({ type, items, prefixItems }: PlainSchema, given: Json): Json[] | undefined {
  if (!type?.includes('array') || !isScalar(given) || !(prefixItems?.[0] ?? items)?.type) return undefined
  const isPlain = typeof given !== 'string' || (given.trim() !== '' && !/[,;\n]|\]\s*$/.test(given))
  return isPlain ? [given] : undefined
}

function isScalar(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && (typeof value !== 'object' || JSON.isRawJSON(value))
}

/** What one schema changes must fit the others too. */
function fitAll(schemas: readonly PlainSchema[], given: Json, budget: Budget, path: Path): Json | Misfit {
  let value: Json = given
  let changed = false
  for (const schema of schemas) {
    const fitted = fitValue(schema, value, budget, path)
    if (fitted instanceof Misfit) return fitted
    changed ||= fitted !== value
    value = fitted
  }
  const contradicts = changed && schemas.some((schema) => fitValue(schema, value, budget, path) !== value)
  return contradicts ? wrongValue(path, 'must fit several forms that contradict each other', given) : value
}

/** As the first branch that the value fits unchanged; else as all branches that it can be brought to, where they agree. */
function fitBranch(branches: readonly PlainSchema[], value: Json, budget: Budget, path: Path): Json | Misfit {
  const fits: Json[] = []
  const misfits: Misfit[] = []
  for (const branch of branches) {
    const fitted = fitValue(branch, value, budget, path)
    if (fitted === value) return value
    if (!(fitted instanceof Misfit)) fits.push(fitted)
    else if (!branch.type?.every((name) => name === 'null')) misfits.push(fitted)
  }
  const [first, ...others] = fits
  if (first !== undefined && others.every((other) => isDeepStrictEqual(other, first))) return first
  const [only, ...more] = misfits
  if (fits.length === 0 && only && more.length === 0) return only
  return wrongValue(path, 'must match one of the forms that the schema allows', value)
}

/** The spelling of the enum, where the value differs from exactly one of its strings only in case and in space around it. */
function toEnumSpelling({ enum: values }: PlainSchema, value: Json): Json {
  if (!values || typeof value !== 'string' || values.includes(value)) return value
  const plain = (text: string) => text.trim().toLowerCase()
  const wanted = plain(value)
  const matches = values.filter((allowed) => typeof allowed === 'string' && plain(allowed) === wanted)
  return matches.length === 1 && matches[0] !== undefined ? matches[0] : value
}

/**
 * What the schema does not forbid is kept: to drop it could turn "delete what matches" into "delete all". An optional member that is
 * null or an empty text means that there is none, where it does not fit.
 */
function fitMembers(schema: PlainSchema, value: JsonObject, budget: Budget, path: Path): JsonObject | Misfit {
  const { properties = {}, required = [], additionalProperties: additional } = schema
  const missing = required.filter((name) => !Object.hasOwn(value, name))
  if (missing.length > 0) return missingMembers(path, missing, value, schema)
  const members: [string, Json][] = []
  let changed = false
  for (const [name, member] of Object.entries(value)) {
    const isOptionalAndEmpty = (member === null || member === '') && !required.includes(name)
    const declared = isDeclared(schema, name) ? properties[name] : additional
    // In JavaScript it is no usual name: whoever copies it changes the copy's prototype.
    const isForbidden = declared === false || name === '__proto__'
    const fitted = isForbidden
      ? unknownMember(path, name, schema)
      : typeof declared === 'object'
        ? fitValue(declared, member, budget, [...path, name])
        : member
    if (fitted instanceof Misfit) {
      if (!isOptionalAndEmpty) return fitted
      changed = true
    } else {
      members.push([name, fitted])
      changed ||= fitted !== member
    }
  }
  return changed ? Object.fromEntries(members) : value
}

function fitElements(
  { prefixItems = [], items }: PlainSchema,
  value: Json[],
  budget: Budget,
  path: Path,
): Json[] | Misfit {
  const elements: Json[] = []
  let changed = false
  for (const [index, element] of value.entries()) {
    const schema = prefixItems[index] ?? items
    const fitted = schema ? fitValue(schema, element, budget, [...path, index]) : element
    if (fitted instanceof Misfit) return fitted
    elements.push(fitted)
    changed ||= fitted !== element
  }
  return changed ? elements : value
}
