import type { Call } from './call.ts'
import type { StepEnd, TurnEvent } from './events.ts'
import type { CallData } from './native/turn.ts'

/**
 * Consecutive events of one turn, as the journal keeps them and as they are sent: numbered from `first` without gaps. A record is
 * the event's name, a space, its data as JSON (docs/native.md), and \n. `JSON.stringify` writes neither a line end nor U+0000,
 * which a database cannot hold as text.
 */
export interface EventChunk {
  first: number
  count: number
  records: string
}

/** An event that was decoded from its record. */
export interface JournalEvent {
  number: number
  name: TurnEvent['type']
  /** JSON, on one line. */
  data: string
}

/** The event's record. SQL functions read records of text deltas and write records of other events in this format. */
export function eventRecord(event: TurnEvent): string {
  // By far the most events are text deltas, and to serialize only the text takes half the time.
  if (event.type === 'text-delta') return `text-delta {"text":${JSON.stringify(event.text)}}\n`
  return `${event.type} ${JSON.stringify(dataOf(event))}\n`
}

/** The chunk's events from number `from` on. */
export function eventsOf({ first, records }: EventChunk, from = first): JournalEvent[] {
  const events: JournalEvent[] = []
  for (let start = 0, number = first; start < records.length; number++) {
    const end = records.indexOf('\n', start)
    if (number >= from) {
      const space = records.indexOf(' ', start)
      const name = records.slice(start, space) as JournalEvent['name']
      events.push({ number, name, data: records.slice(space + 1, end) })
    }
    start = end + 1
  }
  return events
}

/** True where the chunk ends with the turn's last event. */
export function endsTurn({ records }: EventChunk): boolean {
  return records.startsWith('turn-end ', records.lastIndexOf('\n', records.length - 2) + 1)
}

/** The number of the event after the chunk's last one. */
export function nextNumber({ first, count }: EventChunk): number {
  return first + count
}

function dataOf(event: TurnEvent): object {
  switch (event.type) {
    case 'turn-start':
      return { turn: event.turn, conversation: event.conversation, model: event.model }
    case 'step-start':
      return { step: event.step }
    case 'text-delta':
    case 'thinking-delta':
      return { text: event.text }
    case 'logprobs':
      return { logprobs: event.logprobs }
    case 'call-start': {
      const { callId, name, arguments: args, side, repairs, approval } = event
      return {
        ...{ callId, name, arguments: args, side },
        ...(repairs && { repairs }),
        ...(approval && { approval }),
      }
    }
    case 'call-approved':
      return { callId: event.callId }
    case 'call-end': {
      const { callId, status, output, ms } = event
      return { callId, status, ...outcomeOf(status, output), ms: Math.round(ms) }
    }
    case 'step-end':
      return {
        step: event.step,
        message: messageOf(event),
        usage: event.usage,
        finishReason: event.finishReason,
      }
    case 'turn-waiting':
      return { calls: event.calls }
    case 'notice':
      return { code: event.code, detail: event.detail }
    case 'turn-end':
      return { status: event.status, ...(event.error && { error: event.error }) }
  }
}

/** The output, or a message that says why there is none. */
function outcomeOf(status: Call['status'], output: string | undefined): { output?: string; error?: string } {
  if (output === undefined) return {}
  return status === 'succeeded' || status === 'answered' ? { output } : { error: output }
}

function messageOf({ message: { role, content, thinking, calls } }: StepEnd): object {
  return { role, content, ...(thinking && { thinking }), calls: calls.map(callData) }
}

/** A call as the native dialect sends it. */
export function callData(call: Call): CallData {
  const { id: callId, name, arguments: args, side, repairs, approval, status, output } = call
  return {
    ...{ callId, name, arguments: args, side },
    ...(repairs && { repairs }),
    ...(approval && { approval }),
    status,
    ...outcomeOf(status, output),
  }
}
