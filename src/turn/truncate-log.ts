import type { LogMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import {
  estimateFixed,
  estimateMessage,
  estimateMessages,
  type PromptSource,
  promptedMessages,
} from './estimate-tokens.ts'

/** Share of the window that the prompt may fill before the log is truncated; the rest is for the reply. */
export const fullShare = 0.75
/** Share that stays filled after that: much is left out at once, so that the prefix then stays the same for many turns. */
const truncatedShare = 0.5

/**
 * The first message that stays in the prompt, so that it fits a window of `window` tokens: `promptFrom` as it is, or a later message
 * that begins a turn. The newest turn always stays. `scale`: tokens of the engine for each that is estimated.
 */
export function truncateLog(
  source: PromptSource,
  tools: readonly ToolSchema[],
  window: number,
  scale: number,
): number {
  const kept = promptedMessages(source)
  const fixed = estimateFixed(source, tools)
  let rest = estimateMessages(kept)
  if ((fixed + rest) * scale <= window * fullShare) return source.promptFrom
  const starts: { seq: number; filled: number }[] = []
  for (const [position, message] of kept.entries()) {
    if (position > 0 && beginsTurn(message, kept[position - 1]))
      starts.push({ seq: message.seq, filled: ((fixed + rest) * scale) / window })
    rest -= estimateMessage(message)
  }
  const newest = starts.at(-1)
  const short = starts.find(({ filled }) => filled <= truncatedShare)
  if (short && short !== newest) return short.seq
  // Where only the newest turn is short enough, those before it stay for as long as they fit at all.
  const fitting = starts.find(({ filled }) => filled <= fullShare) ?? newest
  return fitting?.seq ?? source.promptFrom
}

/**
 * Messages of a history that a client sent belong to no turn: there, each user message begins one. A reply never does: a turn that answers
 * a message anew has no other messages before its replies, and that one belongs with them.
 */
export function beginsTurn(message: LogMessage, before: LogMessage | undefined): boolean {
  if (message.turn === null) return message.role === 'user'
  return message.turn !== before?.turn && message.finishReason === undefined
}
