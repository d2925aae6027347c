import { createHash } from 'node:crypto'
import type { JsonObject } from '../../../../src/protocol/json.ts'
import { hold, type SeenEvent, type TurnRecord, textOf } from './turn-record.ts'

/** A call as it is in an event. */
interface EventCall extends JsonObject {
  callId: string
  status: string
}

/** A turn that was seen whole and checked; without its events, because these may be gigabytes. */
export interface ProvenTurn {
  turn: string
  /** Its last event. */
  end: SeenEvent
  /** Of all its bytes. */
  digest: string
}

/** Checks a turn, and returns what distinguishes it from any other. Throws a `Violation`. */
export function prove(record: TurnRecord): ProvenTurn {
  const { turn, end } = record
  checkTurn(record.events)
  hold(turn && end, 'a turn has an id and an end')
  return { turn, end, digest: createHash('sha256').update(record.bytes()).digest('hex') }
}

/**
 * Checks a whole turn, from its first event to its last, against the protocol: one start and one end;
 * a step ends with the text of its deltas; every call that was begun ends exactly once. Throws a `Violation`.
 */
export function checkTurn(events: readonly SeenEvent[]): void {
  const [first] = events
  hold(first?.n === 1 && first.name === 'turn-start', `a turn begins with its start: ${first?.raw}`)
  hold(first.raw.includes(`id: ${first.data.turn}:1\n`), `its start has its id: ${first.raw}`)
  hold(events.at(-1)?.name === 'turn-end', `a turn ends with its end: ${events.at(-1)?.raw}`)
  for (const name of ['turn-start', 'turn-end'])
    hold(events.filter((event) => event.name === name).length === 1, `exactly one ${name}`)
  checkSteps(events)
  checkCalls(events)
}

/** Steps are counted from 1, and each that ends, ends with the text of its deltas. */
function checkSteps(events: readonly SeenEvent[]): void {
  let step = 0
  let open: SeenEvent[] | undefined
  for (const event of events) {
    if (event.name === 'step-start') {
      hold(!open, `a step begins within another: ${event.raw}`)
      hold(event.data.step === step + 1, `steps are counted: ${event.raw}`)
      step += 1
      open = []
    } else if (event.name === 'step-end') {
      hold(open && event.data.step === step, `the end of a step that has not begun: ${event.raw}`)
      const message = event.data.message as JsonObject
      hold(message.content === textOf(open, 'text-delta'), `another text than in the deltas: ${event.raw}`)
      hold((message.thinking ?? '') === textOf(open, 'thinking-delta'), `other thoughts: ${event.raw}`)
      const started = open.filter(({ name }) => name === 'call-start').map(({ data }) => data.callId)
      const calls = (message.calls as EventCall[]).map(({ callId }) => callId)
      hold(started.join() === calls.join(), `other calls than have started: ${event.raw}`)
      open = undefined
    } else open?.push(event)
  }
}

/** Every call of a step that ended ends once; it is waited for only before that. */
function checkCalls(events: readonly SeenEvent[]): void {
  const ends = new Map<string, string>()
  for (const { name, data, raw } of events) {
    if (name === 'step-end') {
      const { calls } = data.message as { calls: EventCall[] }
      for (const { callId } of calls) {
        hold(!ends.has(callId), `two calls of one id: ${raw}`)
        ends.set(callId, '')
      }
    } else if (name === 'call-end') {
      hold(ends.get(String(data.callId)) === '', `a call ends that is not open, or twice: ${raw}`)
      ends.set(String(data.callId), String(data.status))
    } else if (name === 'call-approved') {
      hold(ends.get(String(data.callId)) === '', `a call is approved that is not open: ${raw}`)
    } else if (name === 'turn-waiting') {
      for (const callId of data.calls as string[]) hold(ends.get(callId) === '', `it waits for none: ${raw}`)
    }
  }
  for (const [callId, status] of ends) hold(status !== '', `a call never ended: ${callId}`)
}

/** Checks a turn, as `GET` returns it, against its events. */
export function checkAgainst(turn: JsonObject, events: readonly SeenEvent[]): void {
  const end = events.at(-1)
  hold(end && turn.status === end.data.status, `the turn is ${turn.status}, and its events say ${end?.raw}`)
  const steps = events.filter(({ name }) => name === 'step-end').length
  hold(turn.steps === steps, `its events have ${steps} steps, and the turn has ${turn.steps}`)
  const ends = events.filter(({ name }) => name === 'call-end')
  for (const call of turn.calls as EventCall[]) {
    const event = ends.find(({ data }) => data.callId === call.callId)
    hold(event?.data.status === call.status, `the call is ${call.status}, and its event says ${event?.raw}`)
    hold(event.data.output === call.output, `the call has another output than its event: ${event.raw}`)
  }
  const errors = [turn.error, end.data.error].map((error) => JSON.stringify(error))
  hold(errors[0] === errors[1], `the turn failed of ${errors[0]}, and its events say ${errors[1]}`)
}
