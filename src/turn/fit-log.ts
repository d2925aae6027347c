import type { LogMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { estimateFixed, estimateMessages, promptedMessages } from './estimate-tokens.ts'
import type { Truncation, TurnState } from './ports/turn-state.ts'
import { type ShortLog, shorterLogs } from './shorten-log.ts'
import { beginsTurn, fullShare, truncateLog } from './truncate-log.ts'

/** A prompt that is made to fit. */
export interface FittedPrompt {
  /** With `promptFrom` and `truncation` as this prompt has them; its log is whole. */
  state: TurnState
  /** The log as the model reads it. */
  log: readonly LogMessage[]
  /** Tokens of the whole prompt, estimated. */
  estimated: number
}

/** What a prompt has to fit. */
export interface Fit {
  tools: readonly ToolSchema[]
  /** What it is truncated for, where it has to be. */
  truncation: Truncation
  /** Tokens of the engine for each that is estimated. */
  scale: number
}

/** Share of the window that messages get at the least, however large tools and system prompt are by the estimate. */
const messagesShare = 0.25

/** The prompt as it is. */
export function wholePrompt(state: TurnState, tools: readonly ToolSchema[]): FittedPrompt {
  const fixed = estimateFixed(state, tools)
  const whole = { log: promptedMessages(state), from: state.promptFrom }
  return fitted(state, whole, fixed, state.truncation)
}

/**
 * Leaves out of the prompt what does not fit: older turns, and where that is not enough, parts of the newest two. Where nothing is
 * short enough, the shortest form. Undefined where that is no shorter than `refused`, in estimated tokens.
 */
export function fitLog(
  state: TurnState,
  { tools, truncation, scale }: Fit,
  refused = Number.POSITIVE_INFINITY,
): FittedPrompt | undefined {
  const { window } = truncation
  const promptFrom = truncateLog(state, tools, window, scale)
  const fixed = estimateFixed(state, tools)
  const room = Math.max(
    (window * fullShare) / scale - fixed,
    Number.isFinite(refused) ? (refused - fixed) / 2 : (window * messagesShare) / scale,
  )
  const kept = promptedMessages(state)
  const start = Math.max(0, newestStart(kept))
  const newest = kept.slice(start)
  const isNewestAlone = promptFrom === newest[0]?.seq && promptFrom !== state.promptFrom
  const whole = kept.filter(({ seq }) => seq >= promptFrom)
  if (!isNewestAlone && estimateMessages(whole) <= room) {
    const cause = promptFrom === state.promptFrom ? state.truncation : truncation
    return fitted(state, { log: whole, from: promptFrom }, fixed, cause)
  }
  const before = kept.slice(Math.max(0, newestStart(kept.slice(0, start))), start)
  let shortest: ShortLog | undefined
  for (const short of shorterLogs(before, newest, window)) {
    const size = estimateMessages(short.log)
    if (fixed + size < refused) shortest = short
    if (size <= room) break
  }
  return shortest && fitted(state, shortest, fixed, truncation)
}

/** The position of the last message that begins a turn. */
function newestStart(log: readonly LogMessage[]): number {
  return log.findLastIndex((message, position) => beginsTurn(message, log[position - 1]))
}

function fitted(
  state: TurnState,
  { log, from: promptFrom, shortened }: ShortLog,
  fixed: number,
  cause: Truncation | undefined,
): FittedPrompt {
  const { truncation: _, ...rest } = state
  const isTruncated = shortened !== undefined || promptFrom > state.pinned + 1
  return {
    state: {
      ...rest,
      promptFrom,
      ...(isTruncated && cause && { truncation: withShortened(cause, shortened) }),
    },
    log: [...state.log.filter(({ seq }) => seq <= state.pinned), ...log],
    estimated: fixed + estimateMessages(log),
  }
}

function withShortened({ shortened: _, ...truncation }: Truncation, shortened?: number): Truncation {
  return shortened === undefined ? truncation : { ...truncation, shortened }
}
