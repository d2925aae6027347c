import { maxCallLimit, type PatternLimits } from '../protocol/call-limits.ts'
import { memberProblems, readNamedTables } from './named-tables.ts'

const members = ['callsAtOnce', 'callsPerMinute'] as const

/** Reads the table `[tools.limits]`: what bounds the calls of tools, by patterns of their names; or says what is wrong with it. */
export function readCallLimits(
  value: unknown,
  { file }: { file: string },
): { tables: PatternLimits[]; problems: string[] } {
  return readNamedTables(value, { kind: 'limits', file }, (pattern, table) => {
    const { callsAtOnce, callsPerMinute } = table
    const expected = `a whole number from 1 to ${maxCallLimit}`
    const problems = memberProblems(table, members, [
      ['callsAtOnce', isOptionalLimit(callsAtOnce), expected],
      ['callsPerMinute', isOptionalLimit(callsPerMinute), expected],
    ])
    if (problems.length > 0) return { problems }
    const limits = {
      pattern,
      ...(typeof callsAtOnce === 'number' && { callsAtOnce }),
      ...(typeof callsPerMinute === 'number' && { callsPerMinute }),
    }
    return { table: limits, problems }
  })
}

function isOptionalLimit(value: unknown): boolean {
  const isLimit = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxCallLimit
  return value === undefined || isLimit
}
