import { didYouMean } from '../protocol/closest-name.ts'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import {
  isOptionalText,
  isOptionalTimeout,
  type MemberCheck,
  type TableProblem,
  timeout,
  timeoutMs,
} from './named-tables.ts'

type Table = Readonly<Record<string, unknown>>

/** The members that the tables of single tools have in common. */
export const toolMembers = ['description', 'parameters', 'timeout', 'idempotent'] as const

export function toolMemberChecks(table: Table): MemberCheck<(typeof toolMembers)[number]>[] {
  const { description, parameters, idempotent } = table
  return [
    ['description', isOptionalText(description), 'a text'],
    ['parameters', parameters === undefined || isJsonObject(parameters), 'a JSON Schema'],
    timeoutCheck(table),
    ['idempotent', idempotent === undefined || typeof idempotent === 'boolean', 'true or false'],
  ]
}

/** These members of a table that has been checked. */
export function readToolMembers(table: Table) {
  const { description, parameters, idempotent } = table
  return {
    ...(typeof description === 'string' && { description }),
    ...(isJsonObject(parameters) && { parameters }),
    ...readTimeout(table),
    ...(typeof idempotent === 'boolean' && { idempotent }),
  }
}

export function timeoutCheck(table: Table): MemberCheck<'timeout'> {
  return ['timeout', isOptionalTimeout(table.timeout), timeout.expected]
}

export function readTimeout(table: Table): { timeoutMs?: number } {
  const ms = timeoutMs(table.timeout)
  return ms === undefined ? {} : { timeoutMs: ms }
}

/** The names of the arguments that a schema declares. */
export function declaredArguments(parameters: JsonObject | undefined): string[] {
  return isJsonObject(parameters?.properties) ? Object.keys(parameters.properties) : []
}

/** What is wrong with a template in `member` that uses these arguments. */
export function undeclaredArguments(
  member: string,
  used: Iterable<string>,
  declared: readonly string[],
): TableProblem[] {
  const unknown = [...used].filter((name) => !declared.includes(name))
  return unknown.map((name) => ({
    member,
    text: `parameters has no property "${name}"${didYouMean(name, declared)} ({{${name}}} is the text {${name}})`,
  }))
}
