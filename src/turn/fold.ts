import { ChatterdError } from '../protocol/errors.ts'
import type { CallSource, EngineLine, TurnEvent } from '../protocol/events.ts'
import type { EngineCall, EnginePart } from './engine.ts'
import type { TurnLimits } from './turn-state.ts'

/** A call as asked for, with the line of the engine that held it. */
export interface AskedCall extends EngineCall {
  source: CallSource | null
}

/** What one answer of the engine has brought so far. */
export interface Reply {
  text: string
  thinking: string
  /** Of text and thinking, in UTF-8. */
  bytes: number
  calls: AskedCall[]
  done: EnginePart['done']
  /** The engine's last line, held back until the answer is stored. */
  lastLine: string | null
}

/** An answer of which nothing has come. */
export const emptyReply: Reply = {
  text: '',
  thinking: '',
  bytes: 0,
  calls: [],
  done: undefined,
  lastLine: null,
}

/** Takes in what one read brought. Throws `call-limit` or `answer-limit` past the limits. */
export function fold(answer: Reply, parts: readonly EnginePart[], limits: TurnLimits): Reply {
  let { text, thinking, bytes, calls, done, lastLine } = answer
  for (const part of parts) {
    if (part.text) {
      text += part.text
      bytes += utf8Length(part.text)
    }
    if (part.thinking) {
      thinking += part.thinking
      bytes += utf8Length(part.thinking)
    }
    if (part.calls) calls = [...calls, ...part.calls.map((call, position) => asked(call, part, position))]
    if (part.done) {
      done = part.done
      lastLine = part.line
    }
  }
  if (calls.length > limits.maxCalls) {
    throw new ChatterdError(
      'call-limit',
      `The model asked for ${calls.length} calls in one answer; ${limits.maxCalls} are allowed (setting CHATTERD_MAX_CALLS).`,
    )
  }
  if (bytes > limits.maxAnswerBytes) {
    throw new ChatterdError(
      'answer-limit',
      `The model's answer grew past ${limits.maxAnswerBytes} bytes (setting CHATTERD_MAX_ANSWER).`,
    )
  }
  return { text, thinking, bytes, calls, done, lastLine }
}

/** Bytes that a text has in UTF-8. Each half of a surrogate pair counts two. */
function utf8Length(text: string): number {
  let bytes = text.length
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place)
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}

function asked(call: EngineCall, part: EnginePart, position: number): AskedCall {
  return { ...call, source: part.line === null ? null : { line: part.line, position } }
}

/**
 * The events that tell of parts at once: their text. Calls and ends are told when they are stored. `before` is the answer
 * without these parts.
 */
export function deltas(before: Reply, parts: readonly EnginePart[]): TurnEvent[] {
  const events: TurnEvent[] = []
  let calls = before.calls.length > 0
  for (const part of parts) {
    const holdsCalls = part.calls !== undefined && part.calls.length > 0
    calls ||= holdsCalls
    // The end of an answer without calls ends the turn, so its line goes out last, whole, once it is stored.
    if (part.done && !calls) tell(events, part, null, false)
    else if (part.done || holdsCalls) tell(events, part, part.line, true)
    else if (part.text || part.thinking) tell(events, part, part.line, false)
    else events.push({ type: 'text-delta', text: '', line: part.line, shared: false })
  }
  return events
}

function tell(events: TurnEvent[], { thinking, text }: EnginePart, line: EngineLine, shared: boolean): void {
  if (thinking) events.push({ type: 'thinking-delta', text: thinking, line: text ? null : line, shared })
  if (text) events.push({ type: 'text-delta', text, line, shared })
}
