import type { Call } from './call.ts'

/** What the engine reports of its work, and what its prompt was made to fit. Tokens are whole numbers; times are milliseconds. */
export interface Usage {
  promptTokens?: number
  outputTokens?: number
  promptMs?: number
  outputMs?: number
  /** Of loading the model. */
  loadMs?: number
  /** Of the whole reply. */
  totalMs?: number
  /** The context window that the prompt was made to fit, in tokens, where it is known. */
  window?: number
  /** How many messages of the log were not in the prompt; absent where all were. */
  leftOut?: number
}

/**
 * Why a reply of the model ended: by itself, at a limit of its length, to call tools, because the turn was cancelled, or because it
 * failed.
 */
export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'cancelled' | 'error'

/** A message that a client adds to a conversation. */
export interface NewMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
  thinking?: string
  /** Base64. */
  images?: string[]
  /** Calls with their results, where the client brings an older history along. */
  calls?: Call[]
}

/** A message of a conversation's log. Tool results are not messages: they are part of `calls`. */
export interface LogMessage extends NewMessage {
  /** Its sequence number in the conversation, from 1; never used twice. */
  seq: number
  /** The turn that added it; null for messages that the conversation started with. */
  turn: string | null
  /** False for the text of a reply that was interrupted. */
  complete: boolean
  calls: Call[]
  usage?: Usage
  /** Of the model's replies. */
  finishReason?: FinishReason
  /** True for what a turn began with that failed before the model replied: it is not part of later prompts. */
  refused?: true
}
