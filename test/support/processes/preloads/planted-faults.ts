import type { NamedStatement } from './failing-driver.ts'

/** Runs a statement on the same connection. */
export type Run = (statement: unknown, values?: unknown[]) => Promise<{ rows: { result?: unknown }[] }>

/** Runs a statement as a chatterd with that fault would. */
type Fault = (statement: NamedStatement, run: Run) => ReturnType<Run>

/** How long a fault acknowledges too early, in milliseconds. */
const earlyMs = 150

/** The part of a turn's write that matters here: alone, or with others. */
interface TurnWritten {
  turn: string
  chunks?: { first: number }[]
  events?: { first: number }[]
  status?: string
}
interface Written extends TurnWritten {
  turns?: TurnWritten[]
}

/** Writes events of a turn, and its status, also where another process has ended it. */
async function overwrite({ turn, chunks, events, status }: TurnWritten, run: Run): Promise<void> {
  const written = chunks ?? events ?? []
  const parts = [
    ['delete from chatterd.events where turn_id = $1 and first + count > $2', written[0]?.first],
    [
      `insert into chatterd.events (turn_id, first, count, records)
       select $1, c.* from json_to_recordset($2) as c(first integer, count integer, records text)`,
      JSON.stringify(written),
    ],
    [
      `update chatterd.turns set status = coalesce($2, status),
         last_event = (select max(first + count - 1) from chatterd.events where turn_id = $1)
       where id = $1`,
      status,
    ],
  ] as const
  for (const [text, value] of parts) await run(text, [turn, value])
}

/** Faults that the crash checker has to find, by the names that the environment variable CHATTERD_TEST_PLANTED_FAULT gives them. */
export const faults = {
  /** Turns and results are acknowledged, and only then committed. */
  'acknowledge-before-commit': async (statement, run) => {
    if (statement.name !== 'begin_turn' && statement.name !== 'store_results') return run(statement)
    await run('begin')
    const result = await run(statement)
    setTimeout(() => void run('commit').catch(() => {}), earlyMs)
    return result
  },

  /** What was written to the journal last, of each turn, is not there. */
  'drop-last-batch': async (statement, run) => {
    const result = await run(statement)
    if (statement.name !== 'write_events') return result
    await run(
      `delete from chatterd.events e using json_to_recordset($1::json->'turns') as g(turn uuid, chunks json)
       where e.turn_id = g.turn
         and e.first = (select max(c.first) from json_to_recordset(g.chunks) as c(first integer)) and e.first > 1`,
      statement.values,
    )
    return result
  },

  /** A process goes on with turns that others have ended. */
  'skip-fence': async (statement, run) => {
    if (!['write_events', 'end_step', 'end_turn'].includes(statement.name)) return run(statement)
    const { turns, ...own } = JSON.parse(statement.values[0]) as Written
    for (const each of turns ?? [own]) {
      const text = `select from chatterd.turns where id = $1 and status = 'interrupted'`
      if ((await run(text, [each.turn])).rows.length === 0) continue
      await overwrite(each, run)
      if (!turns) return { rows: [{ result: 1 }] }
    }
    return run(statement)
  },

  /** The last results of a turn are taken twice. */
  'results-twice': async (statement, run) => {
    const response = await run(statement)
    const result = response.rows[0]?.result
    if (statement.name !== 'store_results' || typeof result !== 'object' || !result || !('state' in result))
      return response
    const again = JSON.parse(statement.values[0])
    await run(
      `with given as (select (p->>'turn')::uuid as id, p->'results' as results from (select $1::json as p) one),
       opened as (
         update chatterd.calls k set status = 'offered', result = null, ended_at = null
         from given, json_to_recordset(given.results) as a(seq bigint, index integer)
         where k.turn_id = given.id and k.message_seq = a.seq and k.index = a.index)
       update chatterd.turns t set status = 'waiting' from given where t.id = given.id`,
      statement.values,
    )
    const resultsId = `${again.resultsId.slice(0, -12)}000000000000`
    return run({ ...statement, values: [JSON.stringify({ ...again, resultsId })] })
  },
} satisfies Record<string, Fault>

export type FaultName = keyof typeof faults

const planted = process.env.CHATTERD_TEST_PLANTED_FAULT

/** Runs the statement, with the fault that is planted in this process, if any. */
export const plantedFault: Fault = isFault(planted) ? faults[planted] : (statement, run) => run(statement)

function isFault(name: string | undefined): name is FaultName {
  return name !== undefined && name in faults
}
