import type { LogMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { TurnState } from './ports/turn-state.ts'

/** Share of the window that the prompt may fill before the log is truncated; the rest is for the reply. */
const fullShare = 0.75
/** Share that stays filled after that: much is left out at once, so that the prefix then stays the same for many turns. */
const truncatedShare = 0.5
/** Characters a token, on the safe side for English; the engine's own counts correct it from the first reply on. */
const charsPerToken = 3
/** What an image costs common models at the least. */
const tokensPerImage = 1_000
/** Large ones count by their size (in base64), so that a conversation of pictures is truncated before it fills the memory. */
const charsPerImageToken = 1_000
/** Tokens that a message costs besides its text, in the templates of common models. */
const tokensPerMessage = 8

/**
 * The first message that stays in the prompt, so that it fits a window of `window` tokens: `promptFrom` as it is, or a later message
 * that begins a turn. The newest turn always stays. With `force`, the engine has said that the prompt does not fit.
 */
export function truncateLog(
  state: Pick<TurnState, 'system' | 'log' | 'pinned' | 'promptFrom'>,
  tools: readonly ToolSchema[],
  window: number,
  force = false,
): number {
  const kept = state.log.filter((message) => message.seq > state.pinned && message.seq >= state.promptFrom)
  const fixed =
    estimate(JSON.stringify(tools)) +
    estimate(state.system ?? '') +
    sum(state.log.filter((message) => message.seq <= state.pinned))
  const total = fixed + sum(kept)
  // What did not fit is larger than the window, whatever the estimate says.
  const scale = Math.max(correction(kept, fixed), force ? window / total : 0)
  if (total * scale <= window * fullShare) return state.promptFrom
  let rest = sum(kept)
  const starts: { seq: number; filled: number }[] = []
  for (const [position, message] of kept.entries()) {
    if (position > 0 && beginsTurn(message, kept[position - 1]))
      starts.push({ seq: message.seq, filled: ((fixed + rest) * scale) / window })
    rest -= tokensOf(message)
  }
  const newest = starts.at(-1)
  const short = starts.find(({ filled }) => filled <= truncatedShare)
  if (short && short !== newest) return short.seq
  // Where only the newest turn is short enough, those before it stay for as long as they fit at all.
  const fitting = starts.find(({ filled }) => filled <= fullShare) ?? newest
  return fitting?.seq ?? state.promptFrom
}

/** Messages of a history that a client sent belong to no turn: there, each user message begins one. */
function beginsTurn(message: LogMessage, before: LogMessage | undefined): boolean {
  return message.turn === null ? message.role === 'user' : message.turn !== before?.turn
}

/** Tokens of the whole prompt, estimated. */
export function estimatePrompt(
  state: Pick<TurnState, 'system' | 'log'>,
  tools: readonly ToolSchema[],
): number {
  return estimate(JSON.stringify(tools)) + estimate(state.system ?? '') + sum(state.log)
}

/** The engine's own count of the newest reply, divided by our estimate of the same messages. */
function correction(kept: readonly LogMessage[], fixed: number): number {
  // Only the newest count is of a prompt with the present `promptFrom`; older ones may be of a longer prompt.
  const counted = kept.findLastIndex((message) => message.usage !== undefined)
  const reply = kept[counted]
  if (!reply?.usage?.promptTokens) return 1
  // The results of its calls came after the count.
  const asked = { ...reply, calls: reply.calls.map(({ output: _, ...call }) => call) }
  const estimated = fixed + sum([...kept.slice(0, counted), asked])
  const exact = reply.usage.promptTokens + (reply.usage.outputTokens ?? 0)
  // Engines that count only what was not in their cache say far too little.
  return Math.max(exact / estimated, 0.3)
}

function sum(messages: readonly LogMessage[]): number {
  return messages.reduce((tokens, message) => tokens + tokensOf(message), 0)
}

function tokensOf(message: LogMessage): number {
  let tokens = tokensPerMessage + estimate(message.content) + estimate(message.thinking ?? '')
  for (const image of message.images ?? [])
    tokens += Math.max(tokensPerImage, image.length / charsPerImageToken)
  for (const call of message.calls) {
    tokens +=
      tokensPerMessage +
      estimate(call.name) +
      estimate(JSON.stringify(call.arguments)) +
      estimate(call.output ?? '')
  }
  return tokens
}

function estimate(text: string): number {
  return Math.ceil(text.length / charsPerToken)
}
