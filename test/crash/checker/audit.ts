import type { JsonObject } from '../../../src/protocol/json.ts'
import { type DatabaseSource, openDatabase } from '../../../src/store/database.ts'
import { checkAgainst, checkTurn } from '../../support/clients/native/check-turn.ts'
import { getTurn, messagesOf, wholeTurn } from '../../support/clients/native/client.ts'
import { compareSeen } from '../../support/clients/native/compare-seen.ts'
import { hold, type TurnRecord } from '../../support/clients/native/turn-record.ts'
import type { SideEffectCounter } from '../../support/stand-ins/side-effect-counter.ts'
import type { Chaos } from './chaos.ts'
import { replyTo } from './steady-replies.ts'
import { type Account, describe } from './turn-client.ts'

/** Checks the server, when all turns have ended, against all that a client has seen of one turn. Throws a `Violation`. */
export async function auditTurn(
  url: string,
  account: Account,
  chaos: Chaos,
  sideEffects: SideEffectCounter,
): Promise<void> {
  const { record, taken, prompt, sent, ended } = account
  const description = describe(account)
  hold(record.turn && record.end && ended !== undefined, `a turn has not ended: ${description}`)
  const whole = await wholeTurn(url, record.turn)
  checkTurn(whole.events)
  compareSeen(record.events, whole.events)
  const turn = await getTurn(url, record.turn)
  hold(turn.status === 200, `a turn that was acknowledged is gone: ${description}`)
  checkAgainst(turn.json, whole.events)
  checkEnd(whole, account, chaos.wasDisturbed(sent, ended))
  for (const [callId, output] of taken) {
    const end = whole.events.find((event) => event.name === 'call-end' && event.data.callId === callId)
    hold(end?.data.output === output, `a result that was acknowledged is gone: ${description}`)
  }
  hold(
    (sideEffects.counts.get(prompt) ?? 0) <= 1,
    `a call with side effects was started twice: ${description}`,
  )
}

/** A turn is completed with its whole reply; or interrupted, where a process was killed or paused meanwhile. */
function checkEnd(whole: TurnRecord, account: Account, wasDisturbed: boolean): void {
  const status = whole.end?.data.status
  const description = describe(account)
  hold(
    status === 'completed' || (status === 'interrupted' && wasDisturbed),
    `it ended for no reason: ${description}`,
  )
  if (status === 'completed')
    hold(whole.text.endsWith(replyTo(account.prompt)), `another reply: ${description}`)
}

/** Checks a conversation's log against what its client has seen: every prompt once and in order, and every whole reply. */
export async function auditLog(
  url: string,
  conversation: string,
  accounts: readonly Account[],
): Promise<void> {
  const log = await messagesOf(url, conversation)
  const prompts = log.filter(({ role }) => role === 'user').map(({ content }) => content)
  // The newest of a long log; all accounts are acknowledged by now.
  const expected = accounts.map(({ prompt }) => prompt).slice(-prompts.length)
  hold(
    prompts.join() === expected.join(),
    `the log has other prompts than were sent: ${prompts} for ${expected}`,
  )
  for (const { record, prompt } of accounts.slice(-prompts.length)) {
    const replies = log.filter(({ turn, role }) => turn === record.turn && role === 'assistant')
    if (record.end?.data.status === 'completed')
      hold(replies.at(-1)?.content === replyTo(prompt), `the log has another reply to ${prompt}`)
    const complete = replies.slice(0, -1).every((reply: JsonObject) => reply.complete === true)
    hold(complete, `an incomplete reply is not the last of its turn: ${prompt}`)
  }
}

/** Checks the database, after all servers have ended, for what no kill may leave behind. */
export async function auditDatabase(source: DatabaseSource): Promise<void> {
  const database = await openDatabase({ source })
  try {
    await database.whenReady
    const faults = await database.query<{ fault: string }>({ name: '', text: leftBehind })
    hold(faults.length === 0, faults.map(({ fault }) => fault).join('; '))
  } finally {
    await database.close()
  }
}

const leftBehind = `
  select 'a turn that is ' || status || ': ' || id as fault from chatterd.turns where status in ('running', 'waiting')
  union all
  select 'an open call of a turn: ' || turn_id from chatterd.calls where status in ('running', 'offered')
  union all
  select 'a request that waits: ' || turn_id from chatterd.queue
  union all
  select 'a gap in the events of a turn: ' || t.id
  from chatterd.turns t left join chatterd.events e on e.turn_id = t.id
  group by t.id having t.last_event <> coalesce(sum(e.count), 0) or t.last_event <> coalesce(max(e.first + e.count - 1), 0)
  union all
  select 'a gap in the numbers of ' || name from chatterd.conversations c
  where next_seq <> 1 + (select count(*) from chatterd.messages where conversation_id = c.id)`
