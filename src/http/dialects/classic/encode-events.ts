import type { CallStart, TurnEvent } from '../../../protocol/events.ts'
import type { EngineCall, EnginePart } from '../../../turn/ports/engine.ts'
import { asOneLine } from '../../json-line.ts'
import { callsLine, cutLine, endLine, textLine } from './engine-lines.ts'

/** Encodes a turn's events as the server-sent events of the classic dialect. One for each response. */
export interface ClassicEncoder {
  /** The text to send for these events and the engine's parts that they came from; empty where this dialect has nothing for them. */
  encode(events: readonly TurnEvent[], parts: readonly EnginePart[]): string
}

/** A line of the engine that asked for calls. */
interface CallingLine {
  line: string
  /** Positions in the line, without those of calls that an earlier line has. */
  positions: number[]
}

/**
 * Encodes the engine's own lines, device calls as `tool_calls`, and failures as `error`. The last line of a reply, with
 * `done: true`, is sent only when the turn has ended or waits, because clients stop reading at the first such line.
 */
export function createClassicEncoder(): ClassicEncoder {
  /** The step under way: its lines with calls, and its last line. */
  let calling: CallingLine[] = []
  let lastLine: string | undefined

  function encodePart({ line, text, thinking, calls = [], done, isCut, logprobs }: EnginePart): string {
    if (line === null) return ''
    if (calls.length > 0) calling.push({ line, positions: positionsOf(calls) })
    if (done) lastLine = line
    // The end of a reply without calls ends the turn: its line is sent then, as it is.
    if (done && calling.length === 0) return ''
    // Calls and ends are sent when they are stored; until then, the line's text alone.
    if (done || calls.length > 0) return text || thinking ? dataEvent(textLine(line, text, thinking)) : ''
    if (isCut) return text || thinking || logprobs ? dataEvent(cutLine(line, text)) : ''
    return dataEvent(line)
  }

  function encodeEvent(event: TurnEvent): string {
    switch (event.type) {
      case 'step-start':
        calling = []
        lastLine = undefined
        return ''
      case 'turn-waiting':
        return encodeLastLine()
      case 'turn-end':
        if (event.status !== 'completed')
          return encodeError(event.error?.detail ?? `The turn was ${event.status}.`)
        return encodeLastLine()
      default:
        return ''
    }
  }

  /** The device calls of the step, one event for each of the engine's lines. */
  function encodeCalls(calls: readonly CallStart[]): string {
    let text = ''
    let first = 0
    for (const { line, positions } of calling) {
      const offered = positions.flatMap((position, index) => {
        const call = calls[first + index]
        return call?.offered ? [{ call, position }] : []
      })
      if (offered.length > 0) text += encodeCallsLine(callsLine(line, offered))
      first += positions.length
    }
    return text
  }

  function encodeLastLine(): string {
    return lastLine === undefined ? '' : dataEvent(endLine(lastLine, calling.length > 0))
  }

  return {
    encode(events, parts) {
      let text = ''
      for (const part of parts) text += encodePart(part)
      // All calls of a step are published at once.
      const calls = events.filter((event) => event.type === 'call-start')
      if (calls.length > 0) text += encodeCalls(calls)
      for (const event of events) text += encodeEvent(event)
      return text
    },
  }
}

function positionsOf(calls: readonly EngineCall[]): number[] {
  return calls.flatMap(({ repeats }, position) => (repeats ? [] : [position]))
}

/** The event of a failure. */
export function encodeError(message: string): string {
  return `event: error\n${dataEvent(asOneLine(JSON.stringify({ error: message })))}`
}

/** The event of calls that the device is asked to run. */
export function encodeCallsLine(line: string): string {
  return `event: tool_calls\n${dataEvent(line)}`
}

/** An event with this line of JSON as its data. A carriage return, possible between the tokens of JSON, would end the line for a client. */
export function dataEvent(line: string): string {
  return `data: ${line.includes('\r') ? line.replaceAll('\r', '') : line}\n\n`
}
