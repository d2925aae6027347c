import { ChatterdError } from '../protocol/errors.ts'
import type { Delta, LogprobsEvent } from '../protocol/events.ts'
import type { FinishReason } from '../protocol/message.ts'
import type { EngineCall, EnginePart } from './ports/engine.ts'
import type { TurnLimits } from './ports/turn-state.ts'

/** How many times the size of an answer its log probabilities may have: with 20 alternatives a token has some 1,400 bytes. */
const logprobsPerAnswer = 16

/** What has come so far of one reply of the engine. */
export interface Reply {
  text: string
  thinking: string
  /** Of text and thinking, in UTF-8. */
  bytes: number
  /** Of the log probabilities, which are not kept: as JSON. */
  logprobsBytes: number
  calls: EngineCall[]
  done: EnginePart['done']
}

/** A reply of which nothing has come. */
export const emptyReply: Reply = {
  text: '',
  thinking: '',
  bytes: 0,
  logprobsBytes: 0,
  calls: [],
  done: undefined,
}

/** Adds what one read brought. Throws `call-limit` or `answer-limit` past the limits. */
export function fold(reply: Reply, parts: readonly EnginePart[], limits: TurnLimits): Reply {
  let { text, thinking, bytes, logprobsBytes, calls, done } = reply
  for (const part of parts) {
    if (part.text) {
      text += part.text
      bytes += utf8Length(part.text)
    }
    if (part.thinking) {
      thinking += part.thinking
      bytes += utf8Length(part.thinking)
    }
    if (part.logprobs) logprobsBytes += JSON.stringify(part.logprobs).length
    if (part.calls) calls = [...calls, ...part.calls.filter((call) => !call.repeats)]
    if (part.done) done = part.done
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
  if (logprobsBytes > logprobsPerAnswer * limits.maxAnswerBytes) {
    throw new ChatterdError(
      'answer-limit',
      `The log probabilities of the model's answer grew past ${logprobsPerAnswer} times ${limits.maxAnswerBytes} bytes (setting CHATTERD_MAX_ANSWER).`,
    )
  }
  return { text, thinking, bytes, logprobsBytes, calls, done }
}

/** Why a whole reply ended. */
export function finishReasonOf({ calls, done }: Reply): FinishReason {
  if (done?.reason === 'length') return 'length'
  return calls.length > 0 ? 'tool-calls' : 'stop'
}

/** Bytes that a text has in UTF-8. Each half of a surrogate pair counts two. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return bytes
}

/** The events of parts, which are published at once. Calls and ends are published when they are stored. */
export function deltas(parts: readonly EnginePart[]): (Delta | LogprobsEvent)[] {
  const events: (Delta | LogprobsEvent)[] = []
  for (const { thinking, text, logprobs } of parts) {
    if (thinking) events.push({ type: 'thinking-delta', text: thinking })
    if (text) events.push({ type: 'text-delta', text })
    if (logprobs) events.push({ type: 'logprobs', logprobs })
  }
  return events
}
