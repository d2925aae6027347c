import type { Json, JsonObject } from '../../../client/types.ts'

export type FieldKind =
  | 'text'
  | 'long-text'
  | 'number'
  | 'integer'
  | 'yes-no'
  | 'choice'
  | 'choices'
  | 'date'
  | 'time'
  | 'date-time'
  | 'email'
  | 'url'
  /** What has no input of its own is written as JSON. */
  | 'json'

export interface FieldOption {
  value: Json
  label: string
}

export interface Field {
  name: string
  label: string
  description?: string
  required: boolean
  kind: FieldKind
  options: FieldOption[]
  /** Of a number. */
  minimum?: number
  maximum?: number
  /** Characters of a text, or how many are chosen. */
  atLeast?: number
  atMost?: number
  /** What is filled in at first. */
  initial?: Json
}

/** `single`: the answer is the value of the only field, and not an object. */
export interface Form {
  fields: Field[]
  single: boolean
}

const mostFields = 40
const mostOptions = 200

/** The form for a JSON Schema; for one text where there is none. Schemas come from models: what they may not do is cut, never run. */
export function formOf(schema: unknown): Form {
  if (!isObject(schema))
    return { fields: [fieldOf('', { title: 'Your answer', type: 'string', long: true }, true)], single: true }
  const { properties } = schema
  if (
    !isObject(properties) ||
    Object.keys(properties).length === 0 ||
    Object.keys(properties).length > mostFields
  )
    return { fields: [fieldOf('', { title: 'Your answer', ...schema }, true)], single: true }
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  const fields = Object.entries(properties).map(([name, field]) =>
    fieldOf(name, isObject(field) ? field : {}, required.has(name)),
  )
  return { fields, single: false }
}

function fieldOf(name: string, schema: JsonObject, required: boolean): Field {
  const kind = kindOf(schema)
  const items = isObject(schema.items) ? schema.items : {}
  const counted = kind === 'choices' ? ['minItems', 'maxItems'] : ['minLength', 'maxLength']
  return {
    ...{ name, required, kind },
    label: textOf(schema.title, 200) ?? (name === '' ? 'Your answer' : readable(name)),
    options: (kind === 'choices' ? optionsOf(items) : optionsOf(schema)) ?? [],
    ...present('description', textOf(schema.description, 1000)),
    ...present('minimum', numberOf(schema.minimum)),
    ...present('maximum', numberOf(schema.maximum)),
    ...present('atLeast', numberOf(schema[counted[0] ?? ''])),
    ...present('atMost', numberOf(schema[counted[1] ?? ''])),
    ...present('initial', schema.default),
  }
}

const formats: Record<string, FieldKind> = {
  date: 'date',
  time: 'time',
  'date-time': 'date-time',
  email: 'email',
  uri: 'url',
  url: 'url',
}

function kindOf(schema: JsonObject): FieldKind {
  const types = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter((type) => type !== 'null')
  const options = optionsOf(schema)
  if (options) return options.length <= mostOptions ? 'choice' : 'json'
  if (types.length !== 1) return 'json'
  const [type] = types
  if (type === 'string') return formats[String(schema.format)] ?? (isLong(schema) ? 'long-text' : 'text')
  if (type === 'number' || type === 'integer') return type
  if (type === 'boolean') return 'yes-no'
  const items = type === 'array' && isObject(schema.items) ? optionsOf(schema.items) : undefined
  return items && items.length <= mostOptions ? 'choices' : 'json'
}

function isLong({ maxLength, long }: JsonObject): boolean {
  return long === true || (typeof maxLength === 'number' && maxLength > 200)
}

/** The values of an `enum`, a `const`, or of alternatives that are constants. */
function optionsOf(schema: JsonObject): FieldOption[] | undefined {
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return schema.enum.map((value) => optionOf(value))
  if (schema.const !== undefined) return [optionOf(schema.const)]
  const alternatives = schema.oneOf ?? schema.anyOf
  if (!Array.isArray(alternatives) || alternatives.length === 0) return undefined
  const options = alternatives.flatMap((one) =>
    isObject(one) && one.const !== undefined ? [optionOf(one.const, textOf(one.title, 200))] : [],
  )
  return options.length === alternatives.length ? options : undefined
}

function optionOf(value: Json, title?: string): FieldOption {
  return { value, label: title ?? (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200) }
}

/** `first_name` is read as `First name`. */
function readable(name: string): string {
  const words = name.slice(0, 200).replace(/[_-]+/g, ' ').trim()
  return words === '' ? name : words.charAt(0).toUpperCase() + words.slice(1)
}

function textOf(value: Json | undefined, length: number): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.slice(0, length) : undefined
}

function numberOf(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

function present<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: Value })
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
