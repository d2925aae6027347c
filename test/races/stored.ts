import { type EventChunk, eventsOf, type JournalEvent } from '../../src/protocol/event-chunk.ts'
import type { RaceWorld } from './race-world.ts'

/** A call as it is stored. */
export interface StoredCall {
  id: string
  seq: number
  name: string
  side: string
  status: string
  output: string | null
  restartable: boolean
  /** True where a person had to approve it. */
  isAsked: boolean
}

/** A turn as it is stored, with all that belongs to it. */
export interface StoredTurn {
  id: string
  status: string
  events: number
  followed: boolean
  superseded: string | null
  calls: StoredCall[]
  journal: JournalEvent[]
  replies: { content: string; complete: boolean }[]
}

/** A message of a conversation. */
export interface StoredMessage {
  conversation: string
  /** When it was stored, in seconds. */
  at: number
  turn: string
  role: string
  content: string
}

/** All that is stored, in the end. */
export interface Stored {
  turns: Map<string, StoredTurn>
  messages: StoredMessage[]
  /** Branches in which numbers of messages are missing, or twice. */
  gaps: string[]
  keys: { conversation: string; key: string; turn: string }[]
  queued: number
}

interface TurnRow extends Omit<StoredTurn, 'journal'> {
  chunks: EventChunk[]
}

export async function readStored({ query }: RaceWorld): Promise<Stored> {
  const [row] = await query<{ stored: Omit<Stored, 'turns'> & { turns: TurnRow[] } }>(sql)
  if (!row) throw new Error('the database returned nothing')
  const { turns, ...rest } = row.stored
  const journal = turns.map(({ chunks, ...turn }) => ({
    ...turn,
    journal: chunks.flatMap((one) => eventsOf(one)),
  }))
  return { ...rest, turns: new Map(journal.map((turn) => [turn.id, turn])) }
}

const sql = `
  select json_build_object(
    'turns', (
      select coalesce(json_agg(json_build_object(
        'id', t.id, 'status', t.status, 'events', t.last_event, 'followed', t.followed, 'superseded', t.supersedes,
        'calls', (
          select coalesce(json_agg(json_build_object('id', request->>'id', 'name', request->>'name', 'side', side,
            'seq', message_seq, 'status', status, 'output', result, 'restartable', restartable, 'isAsked', request->'approval' is not null)
            order by message_seq, index), '[]')
          from chatterd.calls where turn_id = t.id),
        'chunks', (
          select coalesce(json_agg(json_build_object('first', first, 'count', count, 'records', records) order by first), '[]')
          from chatterd.events where turn_id = t.id),
        'replies', (
          select coalesce(json_agg(json_build_object('content', body->>'content', 'complete', complete) order by seq), '[]')
          from chatterd.messages where turn_id = t.id and role = 'assistant')) order by t.created_at), '[]')
      from chatterd.turns t),
    'messages', (
      select coalesce(json_agg(json_build_object('conversation', c.name, 'at', extract(epoch from m.created_at), 'turn', turn_id,
        'role', role, 'content', body->>'content') order by m.created_at, seq), '[]')
      from chatterd.messages m join chatterd.conversations c on c.id = m.conversation_id),
    'gaps', (
      select coalesce(json_agg(c.name || ' ' || number), '[]')
      from chatterd.conversations c
      cross join lateral (select 1 union all select number from chatterd.branches where conversation_id = c.id) b(number)
      cross join lateral (
        select count(*) as count, coalesce(max(m.seq), 0) as last from chatterd.branch_path(c.id, number) p
        join chatterd.messages m on m.conversation_id = c.id and m.branch = p.branch and m.seq between p.from_seq and p.to_seq) own
      where count <> last or number = c.branch and c.next_seq <> last + 1),
    'keys', (
      select coalesce(json_agg(json_build_object('conversation', c.name, 'key', key, 'turn', turn_id)), '[]')
      from chatterd.idempotency_keys k join chatterd.conversations c on c.id = k.conversation_id),
    'queued', (select count(*)::integer from chatterd.queue)) as stored`
