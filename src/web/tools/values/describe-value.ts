import type { Json } from '../../../client/types.ts'

/** A JSON value as it is shown: names and values, as deep and as wide as the limits allow. */
export type ValueNode =
  | { kind: 'text'; text: string; left: number }
  | { kind: 'plain'; text: string; type: 'number' | 'boolean' | 'null'; inexact: boolean }
  | { kind: 'members'; list: boolean; members: { name: string; value: ValueNode }[]; left: number }
  /** Deeper than the limits allow. */
  | { kind: 'folded'; list: boolean; size: number }

export interface ValueLimits {
  /** Levels of objects and arrays. */
  depth: number
  /** Members of one object or array. */
  width: number
  /** Values in all. */
  total: number
  /** Characters of one text. */
  text: number
}

/** What an opened call shows. */
export const openedLimits: ValueLimits = { depth: 6, width: 60, total: 400, text: 20_000 }

/** What somebody approves is shown whole; what exceeds these is shown as JSON, whole too. */
export const approvalLimits: ValueLimits = { depth: 8, width: 200, total: 800, text: Infinity }

/** Describes a value; what the limits leave out is counted where it is missing. */
export function describeValue(value: Json, limits: ValueLimits): ValueNode {
  let total = 0
  const describe = (one: Json, depth: number): ValueNode => {
    total += 1
    if (typeof one === 'string')
      return { kind: 'text', text: one.slice(0, limits.text), left: Math.max(0, one.length - limits.text) }
    if (typeof one !== 'object' || one === null) return describePlain(one)
    const list = Array.isArray(one)
    const names = list ? undefined : Object.keys(one)
    const size = names?.length ?? (one as Json[]).length
    if (depth >= limits.depth && size > 0) return { kind: 'folded', list, size }
    const members: { name: string; value: ValueNode }[] = []
    while (members.length < size && members.length < limits.width && total < limits.total) {
      const index = members.length
      const name = names?.[index] ?? String(index)
      const member = (one as Record<string, Json>)[name] ?? null
      members.push({ name: names ? name : String(index + 1), value: describe(member, depth + 1) })
    }
    return { kind: 'members', list, members, left: size - members.length }
  }
  return describe(value, 0)
}

function describePlain(value: Json): ValueNode {
  const type = value === null ? 'null' : typeof value === 'boolean' ? 'boolean' : 'number'
  // Beyond this, browsers round the integers of a JSON text.
  const inexact = typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
  return { kind: 'plain', text: String(value), type, inexact }
}

/** True where the limits have left nothing out. */
export function isWhole(node: ValueNode): boolean {
  if (node.kind === 'text') return node.left === 0
  if (node.kind === 'folded') return false
  if (node.kind === 'plain') return true
  return node.left === 0 && node.members.every(({ value }) => isWhole(value))
}

/** How many values are shown. */
export function countValues(node: ValueNode): number {
  return node.kind === 'members' ? node.members.reduce((sum, { value }) => sum + countValues(value), 1) : 1
}

/** One short line of a call's arguments: `latitude 42.29, longitude -83.71`. */
export function previewValue(value: Json, length = 80): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return briefly(value)
  let line = ''
  for (const [name, member] of Object.entries(value)) {
    line += `${line === '' ? '' : ', '}${name.slice(0, length)} ${briefly(member)}`
    if (line.length >= length) return `${line.slice(0, length - 1)}…`
  }
  return line
}

function briefly(value: Json): string {
  if (typeof value === 'string') return value.slice(0, 100).replace(/\s+/g, ' ').trim()
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.length}]`
  return typeof value === 'object' && value !== null ? '{…}' : String(value)
}
