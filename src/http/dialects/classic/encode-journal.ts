import type { Call } from '../../../protocol/call.ts'
import type { JournalEvent } from '../../../protocol/event-chunk.ts'
import type { ErrorDetail, TurnStatus } from '../../../protocol/events.ts'
import type { Usage } from '../../../protocol/message.ts'
import { dataEvent, encodeCallsLine, encodeError } from './encode-events.ts'
import { type LineHead, makeCallsLine, makeEndLine, makeTextLine } from './engine-lines.ts'

/** Tells events as they are kept in the words of the classic dialect. One for each response. */
export interface JournalEncoder {
  encode(events: readonly JournalEvent[]): string
  /** True once the answer has come to its end: the turn has ended, or waits for the device. */
  readonly ended: boolean
}

/** The parts of a step's end that the classic dialect tells. */
interface StepEndData {
  message: { calls: (Pick<Call, 'name' | 'arguments' | 'side' | 'status'> & { callId: string })[] }
  usage: Usage
}

/**
 * The classic dialect's answer from events that are kept, for requests that may be sent again: the engine's own lines are gone
 * by then, so all of them are told in lines of ours, and each time in the same ones.
 */
export function createJournalEncoder(own: LineHead): JournalEncoder {
  let ended = false
  let lastLine = makeEndLine(own)

  function encodeEvent({ name, data: json }: JournalEvent): string {
    switch (name) {
      case 'text-delta':
        return dataEvent(makeTextLine(own, { content: (JSON.parse(json) as { text: string }).text }))
      case 'thinking-delta':
        return dataEvent(makeTextLine(own, { thinking: (JSON.parse(json) as { text: string }).text }))
      case 'step-end':
        return encodeStepEnd(JSON.parse(json) as StepEndData)
      case 'turn-waiting':
        ended = true
        return dataEvent(lastLine)
      case 'turn-end':
        ended = true
        return encodeTurnEnd(JSON.parse(json) as { status: TurnStatus; error?: ErrorDetail })
      default:
        return ''
    }
  }

  function encodeStepEnd({ message, usage }: StepEndData): string {
    lastLine = makeEndLine(own, usage)
    const calls = message.calls.map(({ callId: id, ...call }, index) => ({ id, index, ...call }))
    const offered = calls.filter(({ side, status }) => side === 'device' && status === 'offered')
    return offered.length > 0 ? encodeCallsLine(makeCallsLine(own, offered)) : ''
  }

  function encodeTurnEnd({ status, error }: { status: TurnStatus; error?: ErrorDetail }): string {
    return status === 'completed'
      ? dataEvent(lastLine)
      : encodeError(error?.detail ?? `The turn was ${status}.`)
  }

  return {
    encode(events) {
      let text = ''
      for (const event of events) if (!ended) text += encodeEvent(event)
      return text
    },
    get ended() {
      return ended
    },
  }
}
