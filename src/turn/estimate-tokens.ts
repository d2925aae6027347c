import type { LogMessage } from '../protocol/message.ts'
import { schemaJson, type ToolSchema } from '../protocol/tool-schema.ts'
import type { TurnState } from './ports/turn-state.ts'

/** What a prompt is made of. */
export type PromptSource = Pick<TurnState, 'system' | 'log' | 'pinned' | 'promptFrom' | 'truncation'>

/** Characters a token, on the safe side for English; the engine's own counts correct it from the first reply on. */
export const charsPerToken = 3
/** What an image costs common models at the least. */
const tokensPerImage = 1_000
/** Large ones count by their size (in base64), so that a conversation of pictures is truncated before it fills the memory. */
const charsPerImageToken = 1_000
/** Tokens that a message costs besides its text, in the templates of common models. */
const tokensPerMessage = 8

/** The messages after the pinned ones that are in the prompt, oldest first. */
export function promptedMessages({ log, pinned, promptFrom }: PromptSource): LogMessage[] {
  return log.filter(({ seq }) => seq > pinned && seq >= promptFrom)
}

/** Tokens of the whole prompt, estimated. */
export function estimatePrompt(source: PromptSource, tools: readonly ToolSchema[]): number {
  return estimateFixed(source, tools) + estimateMessages(promptedMessages(source))
}

/** Tokens of what is in every prompt: tools, system prompt and pinned messages. */
export function estimateFixed({ system, log, pinned }: PromptSource, tools: readonly ToolSchema[]): number {
  const pinnedMessages = log.filter(({ seq }) => seq <= pinned)
  return estimateTools(tools) + estimate(system ?? '') + estimateMessages(pinnedMessages)
}

/** The engine's own count of the newest reply, divided by our estimate of the same messages; 1 where they cannot be compared. */
export function tokenScale(source: PromptSource, tools: readonly ToolSchema[]): number {
  const kept = promptedMessages(source)
  // What the engine has counted was shorter.
  if (kept.some(({ seq }) => seq === source.truncation?.shortened)) return 1
  // Only the newest count is of a prompt with the present `promptFrom`; older ones may be of a longer prompt.
  const counted = kept.findLastIndex((message) => message.usage !== undefined)
  const reply = kept[counted]
  if (!reply?.usage?.promptTokens) return 1
  // The results of its calls came after the count.
  const asked = { ...reply, calls: reply.calls.map(({ output: _, images: __, ...call }) => call) }
  const estimated = estimateFixed(source, tools) + estimateMessages([...kept.slice(0, counted), asked])
  const exact = reply.usage.promptTokens + (reply.usage.outputTokens ?? 0)
  // Engines that count only what was not in their cache say far too little.
  return Math.max(exact / estimated, 0.3)
}

export function estimateMessages(messages: readonly LogMessage[]): number {
  return messages.reduce((tokens, message) => tokens + estimateMessage(message), 0)
}

export function estimateMessage(message: LogMessage): number {
  let tokens = tokensPerMessage + estimate(message.content) + estimate(message.thinking ?? '')
  tokens += estimateImages(message.images)
  for (const call of message.calls) {
    tokens +=
      tokensPerMessage +
      estimate(call.name) +
      estimate(JSON.stringify(call.arguments)) +
      estimate(call.output ?? '') +
      estimateImages(call.images)
  }
  return tokens
}

function estimateImages(images: readonly string[] = []): number {
  return images.reduce(
    (tokens, { length }) => tokens + Math.max(tokensPerImage, length / charsPerImageToken),
    0,
  )
}

/** Tokens of tools. */
export function estimateTools(tools: readonly ToolSchema[]): number {
  const length = tools.reduce((sum, tool) => sum + schemaJson(tool).length + 1, 2)
  return Math.ceil(length / charsPerToken)
}

function estimate(text: string): number {
  return Math.ceil(text.length / charsPerToken)
}
