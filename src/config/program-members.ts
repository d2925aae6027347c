import { isJsonObject } from '../protocol/json.ts'
import type { Machine } from './data-folder.ts'

/** What programs get of chatterd's own environment, which may hold secrets. */
const inherited = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR']

/** True for elements of argv. */
export function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && !each.includes('\0'))
}

/** True for variables of a program's environment. */
export function isVariables(value: unknown): value is Record<string, string> {
  const isVariable = ([name, text]: [string, unknown]) =>
    /^[A-Za-z_]\w*$/.test(name) && typeof text === 'string' && !text.includes('\0')
  return isJsonObject(value) && Object.entries(value).every(isVariable)
}

/** The variables that every program gets. */
export function inheritedFrom({ env }: Machine): Record<string, string> {
  return Object.fromEntries(
    inherited.flatMap((name) => {
      const value = env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
