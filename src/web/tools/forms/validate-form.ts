import type { Json } from '../../../client/types.ts'
import type { Field, Form } from './form.ts'

/** What is in a field: its text, `true` or `false` for yes and no, the index of what is chosen, or the indexes. */
export type FieldValue = string | readonly string[]

export type Validation = { ok: true; answer: Json } | { ok: false; problems: Map<string, string> }

type Checked = { value: Json | undefined } | { problem: string }

/** What is in the fields at first: the schema's defaults where they fit. */
export function initialValues({ fields }: Form): Map<string, FieldValue> {
  return new Map(fields.map((field) => [field.name, initialValue(field)]))
}

function initialValue({ kind, options, initial }: Field): FieldValue {
  const indexOf = (value: Json) => options.findIndex((option) => option.value === value)
  if (kind === 'choices')
    return (Array.isArray(initial) ? initial : [])
      .map(indexOf)
      .filter((index) => index >= 0)
      .map(String)
  if (initial === undefined || initial === null) return ''
  if (kind === 'choice') return indexOf(initial) >= 0 ? String(indexOf(initial)) : ''
  if (kind === 'json') return JSON.stringify(initial)
  return typeof initial === 'object' ? '' : String(initial)
}

/** Checks a form. What is wrong is said in words, by the field's name; optional fields that are empty are left out of the answer. */
export function validateForm({ fields, single }: Form, values: ReadonlyMap<string, FieldValue>): Validation {
  const problems = new Map<string, string>()
  const answers: [string, Json][] = []
  for (const field of fields) {
    const checked = checkField(field, values.get(field.name) ?? '')
    if ('problem' in checked) problems.set(field.name, checked.problem)
    else if (checked.value !== undefined) answers.push([field.name, checked.value])
  }
  if (problems.size > 0) return { ok: false, problems }
  return { ok: true, answer: single ? (answers[0]?.[1] ?? '') : Object.fromEntries(answers) }
}

function checkField(field: Field, value: FieldValue): Checked {
  if (typeof value !== 'string') return checkChoices(field, value)
  const text = value.trim()
  if (text === '') {
    if (!field.required) return { value: undefined }
    return {
      problem:
        field.kind === 'choice' || field.kind === 'yes-no' ? 'Please choose one.' : 'Please fill this in.',
    }
  }
  switch (field.kind) {
    case 'number':
    case 'integer':
      return checkNumber(field, text)
    case 'yes-no':
      return { value: text === 'true' }
    case 'choice':
      return { value: field.options[Number(text)]?.value }
    case 'json':
      return checkJson(text)
    case 'date':
      return isDate(text) ? { value: text } : { problem: 'Please write a date as 2026-01-31.' }
    case 'date-time':
      return Number.isNaN(Date.parse(text))
        ? { problem: 'Please write a date and a time.' }
        : { value: new Date(text).toISOString() }
    case 'email':
      return /^[^\s@]+@[^\s@]+$/.test(text)
        ? checkLength(field, text)
        : { problem: 'This is not an email address.' }
    case 'url':
      return /^https?:\/\/\S+$/i.test(text)
        ? checkLength(field, text)
        : { problem: 'Please begin it with https://.' }
    default:
      return checkLength(field, value)
  }
}

function checkNumber({ kind, minimum, maximum }: Field, text: string): Checked {
  const number = Number(/^[^,]*,\d+$/.test(text) && !text.includes('.') ? text.replace(',', '.') : text)
  if (!Number.isFinite(number)) return { problem: 'This is not a number.' }
  if (kind === 'integer' && !Number.isInteger(number)) return { problem: 'Please write a whole number.' }
  if (minimum !== undefined && number < minimum) return { problem: `It must be at least ${minimum}.` }
  if (maximum !== undefined && number > maximum) return { problem: `It must be at most ${maximum}.` }
  return { value: number }
}

// A `pattern` of the schema is not run: it comes from a model, and a regular expression can take for ever.
function checkLength({ atLeast = 0, atMost = Infinity }: Field, text: string): Checked {
  if (text.length < atLeast) return { problem: `Please write at least ${count(atLeast, 'character')}.` }
  if (text.length > atMost)
    return { problem: `Please write at most ${count(atMost, 'character')}; it has ${text.length}.` }
  return { value: text }
}

function checkChoices(
  { required, options, atLeast = 0, atMost = Infinity }: Field,
  chosen: readonly string[],
): Checked {
  if (chosen.length === 0 && !required) return { value: undefined }
  const least = Math.max(atLeast, required && atLeast === 0 ? 1 : 0)
  if (chosen.length < least) return { problem: `Please choose at least ${least}.` }
  if (chosen.length > atMost) return { problem: `Please choose at most ${atMost}.` }
  const indexes = new Set(chosen.map(Number))
  return { value: options.filter((_, index) => indexes.has(index)).map(({ value }) => value) }
}

function checkJson(text: string): Checked {
  try {
    return { value: JSON.parse(text) as Json }
  } catch (cause) {
    return { problem: `This is not JSON: ${cause instanceof Error ? cause.message.slice(0, 200) : ''}` }
  }
}

function isDate(text: string): boolean {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  // 2026-02-30 would become a day of March.
  return date !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`
}
