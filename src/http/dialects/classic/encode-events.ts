import type { CallStart, Delta, TurnEvent } from '../../../protocol/events.ts'
import { callsLine, endLine, textLine } from './engine-lines.ts'

/** Turns a turn's events into the server-sent events of the classic dialect. One for each response. */
export interface ClassicEncoder {
  /** The text to send for these events; empty where they have none in this dialect. */
  encode(events: readonly TurnEvent[]): string
}

/**
 * The classic dialect's answer: the engine's own lines, device calls as `tool_calls`, failures as `error`. The line that
 * ends an answer is held back until the turn has ended or waits, for some clients stop at the first.
 */
export function createClassicEncoder(): ClassicEncoder {
  let stepHasCalls = false
  let lastLine: string | null = null

  function encodeEvent(event: TurnEvent, place: number, events: readonly TurnEvent[]): string {
    switch (event.type) {
      case 'step-start':
        stepHasCalls = false
        return ''
      case 'text-delta':
      case 'thinking-delta':
        return encodeDelta(event)
      case 'call-start': {
        stepHasCalls = true
        return isOfSameLine(events[place - 1], event) ? '' : encodeCalls(event, events.slice(place))
      }
      case 'step-end':
        lastLine = event.line === null ? null : endLine(event.line, stepHasCalls)
        return ''
      case 'turn-waiting':
        return lastLine === null ? '' : dataEvent(lastLine)
      case 'turn-end':
        if (event.status !== 'completed')
          return encodeError(event.error?.detail ?? `The turn was ${event.status}.`)
        return lastLine === null ? '' : dataEvent(lastLine)
      default:
        return ''
    }
  }

  return {
    encode: (events) => {
      let text = ''
      let place = 0
      for (const event of events) text += encodeEvent(event, place++, events)
      return text
    },
  }
}

function encodeDelta({ type, text, line, shared }: Delta): string {
  if (line === null) return ''
  return dataEvent(shared ? textLine(line, type, text) : line)
}

/** The calls of one engine line that are for the device: those at the head of `rest` that came in the same line. */
function encodeCalls(first: CallStart, rest: readonly TurnEvent[]): string {
  if (!first.source) return ''
  const { line } = first.source
  const others = rest.findIndex((event, place) => place > 0 && !isOfSameLine(rest[place - 1], event))
  const group = rest.slice(0, others < 0 ? rest.length : others) as CallStart[]
  const offered = group.filter((call) => call.offered)
  return offered.length > 0 ? encodeCallsLine(callsLine(line, offered)) : ''
}

/** True for two calls in a row that came in one line. Two lines can be the same, but their calls are counted anew. */
function isOfSameLine(before: TurnEvent | undefined, event: TurnEvent): boolean {
  if (before?.type !== 'call-start' || event.type !== 'call-start') return false
  if (!before.source || !event.source) return false
  return before.source.line === event.source.line && before.source.position < event.source.position
}

/** An event that tells of a failure, on one line. */
export function encodeError(words: string): string {
  return `event: error\n${dataEvent(JSON.stringify({ error: words }))}`
}

/** A line of calls that the device is asked to run. */
export function encodeCallsLine(line: string): string {
  return `event: tool_calls\n${dataEvent(line)}`
}

/** One event. A carriage return can stand in JSON only between tokens, and would end the line for a client. */
export function dataEvent(line: string): string {
  return `data: ${line.includes('\r') ? line.replaceAll('\r', '') : line}\n\n`
}
