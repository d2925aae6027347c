import { denial } from './post-approvals.ts'
import type { RaceWorld } from './race-world.ts'
import type { Stored, StoredTurn } from './stored.ts'

/** Calls with these statuses were run, or offered to the device. */
const run = ['running', 'offered', 'succeeded', 'answered', 'timed-out', 'interrupted']

/** Yields a message for each call that was run though nobody had approved it, and each decision that was lost. */
export function* checkApprovals(world: RaceWorld, { turns }: Stored): Iterable<string> {
  for (const turn of turns.values()) yield* checkRun(world, turn)
  for (const { turn, calls, approve, request } of world.approvals) {
    if (request.status !== 'accepted' && request.status !== 'replayed') continue
    if ((world.observed.begun.get(turn)?.withdrawn ?? 0) > 0) continue
    for (const id of calls) {
      const call = turns.get(turn)?.calls.find((one) => one.id === id)
      if (!call) continue
      const isDenied = call.status === 'denied' && call.output === denial
      if (approve ? call.status === 'denied' || call.status === 'asked' : !isDenied)
        yield `${id} was ${approve ? 'approved' : 'denied'}, and is ${call.status} with ${call.output}`
    }
  }
}

/** A call that was asked is run, or offered to the device, after its approval alone; that is published once. */
function* checkRun({ observed }: RaceWorld, { id: turn, calls, journal }: StoredTurn): Iterable<string> {
  for (const { id, isAsked, status } of calls) {
    if (!isAsked) continue
    const of = journal.filter(({ data }) => JSON.parse(data).callId === id).map(({ name }) => name)
    const isApproved = of.includes('call-approved')
    if (of.filter((name) => name === 'call-approved').length > 1) yield `${id} is approved twice: ${of}`
    if (isApproved && of.indexOf('call-end') >= 0 && of.indexOf('call-end') < of.indexOf('call-approved'))
      yield `${id} ends before it is approved: ${of}`
    const isRun = observed.starts.has(`${turn} ${id}`) || run.includes(status)
    if (isRun && !isApproved) yield `${id} was run (${status}) without an approval: ${of}`
    if (isApproved && ['denied', 'asked'].includes(status)) yield `${id} is approved, and ${status}`
  }
}
