import type { ClientBase } from 'pg'
import { PublicReason } from './database-failure.ts'

/**
 * A small write, which is undone. The emptied table gets a new file, and so a new page: on a full disk, a write that finds room on
 * an old page would succeed. Where there is no table yet, the schema is about to be made.
 */
const write = `
  begin;
  do $$ begin
    if to_regclass('chatterd.write_check') is not null then
      truncate chatterd.write_check;
      insert into chatterd.write_check values (1);
    end if;
  end $$;
  rollback`

/** Checks that the database accepts writes. Throws where it does not: it is read-only, or its disk is full. */
export async function checkWrites(client: ClientBase): Promise<void> {
  const text = "select current_setting('transaction_read_only')::boolean as read_only"
  const { rows } = await client.query<{ read_only: boolean }>(text)
  if (rows[0]?.read_only) throw new PublicReason('it is read-only')
  try {
    await client.query(write)
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
}
