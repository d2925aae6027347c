import { judgeRow, type Mode } from './judge-row.ts'
import { type Row, readRows } from './rows.ts'

const modes: Mode[] = ['neither', 'mended', 'mended and rescued']
const files = ['malformed-calls.jsonl', 'further-calls.jsonl'] as const

for (const file of files) {
  const rows = readRows(file)
  process.stdout.write(`${file}: right of ${rows.length}\n`)
  print('kind', 'rows', modes)
  const kinds = Map.groupBy(rows, ({ kind }) => kind)
  for (const [kind, ofKind] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
    print(
      kind,
      ofKind.length,
      modes.map((mode) => countRight(ofKind, mode)),
    )
  }
  print(
    'all',
    rows.length,
    modes.map((mode) => countRight(rows, mode)),
  )
  for (const row of rows) {
    const { outcome, calls, isRight, isWrongRun } = judgeRow(row, 'mended and rescued')
    if (isRight) continue
    const what = isWrongRun
      ? `WRONGLY RUN: ${JSON.stringify(calls)}`
      : `${outcome}, not ${row.expected.outcome}`
    process.stdout.write(`  ${row.id}: ${what}\n`)
  }
  process.stdout.write('\n')
}

function countRight(rows: readonly Row[], mode: Mode): number {
  return rows.filter((row) => judgeRow(row, mode).isRight).length
}

function print(kind: string, rows: string | number, counts: readonly (string | number)[]): void {
  const columns = counts.map((count) => String(count).padStart(20)).join('')
  process.stdout.write(`  ${kind.padEnd(36)}${String(rows).padStart(5)}${columns}\n`)
}
