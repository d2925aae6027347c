import { didYouMean } from '../protocol/closest-name.ts'
import { isJsonObject, type JsonObject } from '../protocol/json.ts'
import { pathsOf } from './data-folder.ts'
import { duration } from './kinds.ts'

/** What is wrong with a member of a table. Values are not shown: they may hold what the environment has. */
export interface TableProblem {
  member: string
  text: string
}

/** What a table says, or what is wrong with it. */
export interface TableReading<Table> {
  table?: Table
  problems: TableProblem[]
}

/** Reads the tables of one kind, in the order of the file: `[tools.KIND.NAME]`, or `[KIND.NAME]` at the top of the file. */
export function readNamedTables<Table>(
  value: unknown,
  { kind, file, isTop = false }: { kind: string; file: string; isTop?: boolean },
  read: (name: string, table: JsonObject) => TableReading<Table>,
): { tables: Table[]; problems: string[] } {
  if (value === undefined) return { tables: [], problems: [] }
  const path = isTop ? kind : `tools.${kind}`
  if (!isJsonObject(value)) {
    const where = isTop ? kind : `${kind} of [tools]`
    return { tables: [], problems: [`${where} in ${file}: expected tables [${path}.NAME]`] }
  }
  const readings = Object.entries(value).map(([name, table]) => {
    const where = `[${path}.${name}] in ${file}`
    if (!isJsonObject(table)) return { problems: [`${where}: expected a table`] }
    const reading = read(name, table)
    return {
      ...reading,
      problems: reading.problems.map(({ member, text }) => `${member} of ${where}: ${text}`),
    }
  })
  return {
    tables: readings.flatMap((reading) => ('table' in reading ? (reading.table ?? []) : [])),
    problems: readings.flatMap(({ problems }) => problems),
  }
}

/** What each member must be: its name, whether it is right, and what is expected. */
export type MemberCheck<Member extends string> = [Member, isRight: boolean, expected: string]

/** The members that the table does not take, and those that are not as expected. */
export function memberProblems<Member extends string>(
  table: object,
  members: readonly Member[],
  checks: readonly MemberCheck<Member>[],
): TableProblem[] {
  const unknown = Object.keys(table).filter((name) => !members.some((member) => member === name))
  return [
    ...unknown.map((member) => ({
      member,
      text: `it takes ${members.join(', ')}${didYouMean(member, members)}`,
    })),
    ...checks.flatMap(([member, isRight, expected]) =>
      isRight ? [] : { member, text: `expected ${expected}` },
    ),
  ]
}

/** The longest time of a call. */
export const timeout = duration('10ms', '1h')

/** Undefined where the value is no duration. */
export function timeoutMs(value: unknown): number | undefined {
  const isRight = typeof value === 'string' || typeof value === 'number'
  return isRight
    ? timeout.parse(String(value), { base: '', home: '', paths: pathsOf({ platform: '' }) })
    : undefined
}

/** True for a list of texts that are not empty, such as patterns of names. */
export function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string' && each !== '')
}

export function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

export function isOptionalTimeout(value: unknown): boolean {
  return value === undefined || timeoutMs(value) !== undefined
}
