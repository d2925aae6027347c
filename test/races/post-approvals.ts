import { storeApprovals } from '../../src/http/dialects/native/store-approvals.ts'
import type { Approval } from '../../src/protocol/call.ts'
import type { Doing } from './actions.ts'
import { ClientRequest } from './clients.ts'
import type { RaceWorld } from './race-world.ts'

type Approving = Extract<Doing, { do: 'approve' }>

/** What the model reads of a denied call. */
export const denial = 'The user denied this call.'

/** A client posts what a person has decided about calls of a turn, as one who was asked does, or as one who is late. */
export async function postApprovals(doing: Approving, world: RaceWorld): Promise<void> {
  const by = world.process(doing.processIndex)
  // The turns that have calls to approve, the newest first.
  const turns = await world.query<{ turn: string; calls: { id: string; approval: Approval }[] }>(
    `select turn_id as turn, json_agg(request order by message_seq desc, index) as calls
     from chatterd.calls where request->'approval' is not null group by turn_id order by max(created_at) desc, turn_id`,
  )
  const { turn, calls } = turns[doing.turn % Math.max(1, turns.length)] ?? { turn: '', calls: [] }
  const chosen = calls.filter((_, index) => doing.calls.length === 0 || doing.calls.includes(index))
  if (chosen.length === 0) return
  const approve = doing.decision !== 'deny'
  const approvals = chosen.map(({ id: callId, approval: { hash } }) => ({
    ...{ callId, hash, approve, always: doing.decision === 'always', output: denial },
  }))
  const request = new ClientRequest(by, world.moment)
  world.approvals.push({ turn, calls: approvals.map(({ callId }) => callId), approve, request })
  const stored = storeApprovals(turn, approvals, by).then(() => ({ turn, after: 0 }))
  world.ask(by, request.settle(stored, false))
}
