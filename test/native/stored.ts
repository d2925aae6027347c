import { setTimeout as delay } from 'node:timers/promises'
import type { ServerPair } from '../support/processes/server-pair.ts'

const pauseMs = 10

/** Resolves when the journal has all events of the turn up to this number. */
export async function untilJournaled({ sql }: ServerPair, turn: string, last: number): Promise<void> {
  for (;;) {
    const [row] = await sql<{ events: number }>(
      'select last_event as events from chatterd.turns where id = $1',
      [turn],
    )
    if ((row?.events ?? 0) >= last) return
    await delay(pauseMs)
  }
}

/** Resolves when so many requests wait for their conversation. */
export async function untilWaiting({ sql }: ServerPair, count: number): Promise<void> {
  for (;;) {
    const [row] = await sql<{ count: number }>('select count(*)::int from chatterd.queue')
    if (row?.count === count) return
    await delay(pauseMs)
  }
}

/** All that the database holds of a turn, table by table, as JSON. */
export async function storedOf({ sql }: ServerPair, turn: string): Promise<unknown[]> {
  const tables = { turns: 'id', messages: 'turn_id', calls: 'turn_id', events: 'turn_id' }
  return await Promise.all(
    Object.entries(tables).map(([table, column]) =>
      sql(`select to_json(x)::text as row from chatterd.${table} x where ${column} = $1 order by 1`, [turn]),
    ),
  )
}
