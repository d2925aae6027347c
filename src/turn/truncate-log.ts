import type { LogMessage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { TurnState } from './ports/turn-state.ts'

/** Share of the context that the prompt may fill before the log is cut; the rest is left for the answer. */
const fullShare = 0.75
/** Share of the context that a cut leaves filled: one big cut, so that the prefix then stays the same for many turns. */
const cutShare = 0.5
/** Characters a token, on the safe side for English; an engine's own counts correct it from the first answer on. */
const charsPerToken = 3
/** What an image costs common models at the least. */
const tokensPerImage = 1_000
/** Large ones count by their size (in base64), so that a conversation of pictures is cut before it fills the memory. */
const charsPerImageToken = 1_000
/** Tokens that a message costs beside its text, in the templates of common models. */
const tokensPerMessage = 8

/**
 * Where the prompt has to begin to fit a context of `window` tokens: the turn's present cut, or a later one at the start
 * of a turn. Never cuts into a turn, nor the newest one. `force` cuts for certain: the engine said that not all fits.
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
  // What did not fit is no less than the context, whatever the estimate says.
  const scale = Math.max(correction(kept, fixed), force ? window / total : 0)
  if (total * scale <= window * fullShare) return state.promptFrom
  let left = sum(kept)
  let cut = state.promptFrom
  for (const [position, message] of kept.entries()) {
    const startsTurn = position > 0 && beginsTurn(message, kept[position - 1])
    if (startsTurn) cut = message.seq
    if (startsTurn && (fixed + left) * scale <= window * cutShare) break
    left -= tokensOf(message)
  }
  return cut
}

/** A history that a client brought along is of no turn of ours: there, each message of the user's begins one. */
function beginsTurn(message: LogMessage, before: LogMessage | undefined): boolean {
  return message.turn === null ? message.role === 'user' : message.turn !== before?.turn
}

/** Tokens of the whole prompt, roughly: what decides whether the engine has to be asked for its context at all. */
export function estimatePrompt(
  state: Pick<TurnState, 'system' | 'log'>,
  tools: readonly ToolSchema[],
): number {
  return estimate(JSON.stringify(tools)) + estimate(state.system ?? '') + sum(state.log)
}

/** The engine's own count of the newest answer, against our estimate of the same messages. */
function correction(kept: readonly LogMessage[], fixed: number): number {
  // Only the newest answer was prompted from where the log is cut now; older counts may be of a longer prompt.
  const counted = kept.findLastIndex((message) => message.usage !== undefined)
  const answer = kept[counted]
  if (!answer?.usage?.promptTokens) return 1
  // The results of its calls came after it was counted.
  const asked = { ...answer, calls: answer.calls.map(({ output: _, ...call }) => call) }
  const estimated = fixed + sum([...kept.slice(0, counted), asked])
  const exact = answer.usage.promptTokens + (answer.usage.outputTokens ?? 0)
  // Engines that count only what was not in their cache tell far too little; such a count is no measure.
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
