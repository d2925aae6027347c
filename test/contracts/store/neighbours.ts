import assert from 'node:assert/strict'
import { test } from 'node:test'
import { uuidv7 } from '../../../src/store/uuidv7.ts'
import { beginning, begun, step } from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function neighbours(world: () => StoreWorld): void {
  test('nothing of chatterd lies outside its schema', async () => {
    const rows = await world().query<{ name: string }>(`
      select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname not in ('chatterd', 'information_schema') and n.nspname !~ '^pg_'
      union all
      select n.nspname || '.' || p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname not in ('chatterd', 'information_schema') and n.nspname !~ '^pg_'`)
    assert.deepEqual(rows, [])
  })

  test('a table of the tutorial in the same database is not touched', async () => {
    const { query, process, conversation } = world()
    await query(`create table public.chatts (username text, message text, id uuid, "time" timestamptz)`)
    await query(`insert into public.chatts values ('u', 'kept', gen_random_uuid(), now())`)
    const before = await query('select * from public.chatts')
    const { store, board } = await process()
    const key = conversation()
    const { id: turn } = await begun(store, beginning(key))
    await store.endStep(step(turn, 1, 'y'), [])
    await board.post({ id: uuidv7(), username: 'u', message: 'not there' }, 10)
    await store.reset(key, [])
    await store.endLease()
    assert.deepEqual(await query('select * from public.chatts'), before)
    await query('drop table public.chatts')
  })
}
