import type { Call } from './call.ts'

/** What the engine counted. Tokens are whole numbers; times are milliseconds. */
export interface Usage {
  promptTokens?: number
  outputTokens?: number
  promptMs?: number
  outputMs?: number
}

/** What a client may add to a conversation. */
export interface NewMessage {
  role: 'system' | 'user' | 'assistant'
  content: string
  thinking?: string
  /** Base64, as the engine takes them. */
  images?: string[]
  /** Calls with their results, of a history that a client brings along. */
  calls?: Call[]
}

/** A message of a conversation's log. Tool results are no messages of their own: they are part of `calls`. */
export interface LogMessage extends NewMessage {
  /** Position in the conversation, from 1, without reuse. */
  seq: number
  /** The turn it came in; null for those that the conversation started with. */
  turn: string | null
  /** False for the text of an answer that was cut off. */
  complete: boolean
  calls: Call[]
  usage?: Usage
}
