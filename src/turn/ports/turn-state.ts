import type { ConversationKey } from '../../protocol/conversation-key.ts'
import type { ErrorDetail, TurnStatus } from '../../protocol/events.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { LogMessage } from '../../protocol/message.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** How a turn prompts its model, as the client asked for at its beginning. */
export interface TurnRequest {
  model: string
  /** False asks the engine for each reply at once, not in pieces. */
  stream: boolean
  /** False: no tools are offered to the model. */
  offerTools: boolean
  /** Patterns of the names of the resident tools that are offered; absent: all of them are. */
  residentTools?: string[]
  /** What the first answer has to be: a call of any of the tools, or of this one. Absent: the model decides. */
  toolChoice?: 'required' | { name: string }
  /** The engine's own members, such as `options`, `format`, `think` and `logprobs`, as the client gave them. */
  settings: JsonObject
  /** True where the client can ask a person: tools whose calls have to be approved are offered to no other. */
  canAsk?: true
  /** True where the client reads all arguments of its calls as texts: those that a tool does not declare are brought to texts too. */
  textArguments?: true
}

/** A running turn, with the log of its conversation. Values are replaced, never altered. */
export interface TurnState {
  id: string
  /** How often it has begun to run, this time included: at first, with results, or taken by another process. */
  run: number
  conversation: ConversationKey
  request: TurnRequest
  status: TurnStatus
  error?: ErrorDetail
  /** Steps done. */
  step: number
  /** The messages that the prompt is made of, oldest first: the pinned ones, then those from `promptFrom` on. */
  log: readonly LogMessage[]
  /** How many messages at the start of the log always stay in the prompt: the system messages that the conversation began with. */
  pinned: number
  /** Number of the first message after the pinned ones that is still in the prompt. */
  promptFrom: number
  /** Why messages, or parts of them, are left out of the prompt; absent where all is in it. */
  truncation?: Truncation
  deviceTools: readonly ToolSchema[]
  /** The tools whose calls a person has approved for good in this conversation. */
  approvedTools: readonly string[]
  /** The conversation's system prompt, which comes before all messages. */
  system?: string
  /** Number of its last event in the journal. */
  lastEvent: number
  /** The calls whose results made it go on; none where it has just begun. */
  results: readonly CallKey[]
}

/** What something was left out of a prompt for. */
export interface Truncation {
  /** The context window that was counted on, in tokens; where the engine refused a prompt, and no window was asked for, the size of that. */
  window: number
  /** The model whose engine refused the prompt, where no window was asked for. */
  refusedFor?: string
  /** Number of the first message of a turn of which only parts are in the prompt. */
  shortened?: number
}

/** Identifies a call within its conversation. */
export interface CallKey {
  /** Number of its message. */
  seq: number
  /** Position in that message, from 0. */
  index: number
}

/** What bounds a turn. */
export interface TurnLimits {
  /** Prompts to the engine in one turn. */
  maxSteps: number
  /** Calls in one reply of the model. */
  maxCalls: number
  /** Bytes of text and thinking in one reply, in UTF-8. */
  maxAnswerBytes: number
  /** False: calls that the model writes as text stay text. */
  rescue?: boolean
  /** The context window to ask of the engine, in tokens; absent: the engine's own. */
  contextTokens?: number
}
