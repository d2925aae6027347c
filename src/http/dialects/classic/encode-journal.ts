import type { Call } from '../../../protocol/call.ts'
import type { JournalEvent } from '../../../protocol/event-chunk.ts'
import type { ErrorDetail, TurnStatus } from '../../../protocol/events.ts'
import { parseExact } from '../../../protocol/exact-json.ts'
import type { Logprob } from '../../../protocol/logprobs.ts'
import type { FinishReason, Usage } from '../../../protocol/message.ts'
import { dataEvent, encodeCallsLine, encodeError } from './encode-events.ts'
import { type LineHead, makeCallsLine, makeEndLine, makeLogprobsLine, makeTextLine } from './engine-lines.ts'

/** Encodes events from the journal as the server-sent events of the classic dialect. One for each response. */
export interface JournalEncoder {
  encode(events: readonly JournalEvent[]): string
  /** True once the response is complete: the turn has ended, or waits for the device. */
  readonly ended: boolean
}

/** The members of `step-end` that the classic dialect sends. */
interface StepEndData {
  message: { calls: (Pick<Call, 'name' | 'arguments' | 'side' | 'status'> & { callId: string })[] }
  usage: Usage
  finishReason?: FinishReason
}

/**
 * Encodes the response to a request with a key, the same bytes for each replay. The journal does not keep the engine's own lines,
 * so chatterd makes lines in the engine's form.
 */
export function createJournalEncoder(head: LineHead): JournalEncoder {
  let ended = false
  let lastLine = makeEndLine(head)

  function encodeEvent({ name, data: json }: JournalEvent): string {
    switch (name) {
      case 'text-delta':
        return dataEvent(makeTextLine(head, { content: (JSON.parse(json) as { text: string }).text }))
      case 'thinking-delta':
        return dataEvent(makeTextLine(head, { thinking: (JSON.parse(json) as { text: string }).text }))
      case 'logprobs':
        return dataEvent(makeLogprobsLine(head, (JSON.parse(json) as { logprobs: Logprob[] }).logprobs))
      case 'step-end':
        return encodeStepEnd(parseExact(json) as unknown as StepEndData)
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

  function encodeStepEnd({ message, usage, finishReason }: StepEndData): string {
    lastLine = makeEndLine(head, usage, finishReason)
    const calls = message.calls.map(({ callId: id, ...call }, index) => ({ id, index, ...call }))
    const offered = calls.filter(({ side, status }) => side === 'device' && status === 'offered')
    return offered.length > 0 ? encodeCallsLine(makeCallsLine(head, offered)) : ''
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
