import { isJsonObject, type Json, type JsonObject } from '../protocol/json.ts'
import type { Repair, RepairCode } from '../protocol/repair.ts'

/** Of more, the first are enough to see what a model does. */
const mostRepairs = 16

/** The longest text of a value or a path in a repair, in UTF-16 units. */
const longestDetail = 60

/** What was changed to fit arguments to their schema: the differences between before and after, in order. */
export function fitRepairs(before: JsonObject, after: JsonObject): Repair[] {
  const repairs: Repair[] = []
  compare(before, after, '', repairs)
  return repairs
}

function compare(before: Json, after: Json, path: string, repairs: Repair[]): void {
  if (before === after || repairs.length >= mostRepairs) return
  if (isJsonObject(before) && isJsonObject(after)) {
    for (const [name, value] of Object.entries(before)) {
      const member = Object.hasOwn(after, name) ? after[name] : undefined
      const inner = path === '' ? name : `${path}.${name}`
      if (member === undefined) add('empty', inner, `was ${short(value)}, and is left out`, repairs)
      else compare(value, member, inner, repairs)
    }
  } else if (Array.isArray(before) && Array.isArray(after) && before.length === after.length) {
    for (const [index, value] of before.entries())
      compare(value, after[index] ?? null, `${path}[${index}]`, repairs)
  } else if (JSON.stringify(before) !== JSON.stringify(after)) {
    const code = typeof before === 'string' && typeof after === 'string' ? 'enum' : 'type'
    add(code, path, `was ${short(before)}, and is ${short(after)}`, repairs)
  }
}

function add(code: RepairCode, path: string, change: string, repairs: Repair[]): void {
  if (repairs.length < mostRepairs) repairs.push({ code, detail: `${short(path)} ${change}` })
}

function short(value: Json): string {
  const text = JSON.stringify(typeof value === 'string' ? value.slice(0, longestDetail + 1) : value)
  return text.length > longestDetail ? `${text.slice(0, longestDetail).toWellFormed()}…` : text
}
