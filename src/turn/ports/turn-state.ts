import type { ConversationKey } from '../../protocol/conversation-key.ts'
import type { ErrorDetail, TurnStatus } from '../../protocol/events.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { LogMessage } from '../../protocol/message.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** How a turn prompts its model: what the client asked for at its start, kept with it. */
export interface TurnRequest {
  model: string
  /** False asks the engine for each answer at once. */
  stream: boolean
  /** False: no tools are offered to the model. */
  offerTools: boolean
  /** The engine's own `options`, `format`, `think` and `keep_alive`, as the client gave them. */
  settings: JsonObject
}

/** A running turn and the log that it stands in. Values are replaced, never altered. */
export interface TurnState {
  id: string
  conversation: ConversationKey
  request: TurnRequest
  status: TurnStatus
  error?: ErrorDetail
  /** Steps done. */
  step: number
  /** The messages that the prompt is made of, oldest first: the pinned ones, then those from `cut` on. */
  log: readonly LogMessage[]
  /** How many messages at the start of the log are never cut: the system messages that the conversation began with. */
  pinned: number
  /** Sequence number of the first message after the pinned ones that is still told to the model. */
  promptFrom: number
  deviceTools: readonly ToolSchema[]
  /** The conversation's system prompt, told before all else. */
  system?: string
  /** How many events the journal holds of it. */
  lastEvent: number
  /** Calls that the request which set this run off has answered; none when it began the turn. */
  results: readonly CallKey[]
}

/** Where a call stands in its conversation. */
export interface CallKey {
  seq: number
  index: number
}

/** What bounds a turn. */
export interface TurnLimits {
  /** Prompts to the engine in one turn. */
  maxSteps: number
  /** Calls in one answer of the model. */
  maxCalls: number
  /** Bytes of text and thinking in one answer, in UTF-8. */
  maxAnswerBytes: number
  /** The context to ask of the engine and to keep within; absent: what the engine tells. */
  contextTokens?: number
}
