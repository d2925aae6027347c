import type { JsonObject } from '../json.ts'
import type { FinishReason, Usage } from '../message.ts'
import type { CallData } from './turn.ts'

/** A device tool, as the native dialect sends it. `parameters` is a JSON Schema. */
export interface DeviceToolData {
  name: string
  description?: string
  parameters?: JsonObject
}

/** A conversation, as the native dialect sends it. Times are ISO 8601. */
export interface ConversationData {
  name: string
  title: string | null
  system: string | null
  model: string | null
  tools: DeviceToolData[]
  /** How many messages its current branch has. */
  messages: number
  /** Id of the turn that runs or waits. */
  activeTurn: string | null
  /** Number of the current branch, from 1. */
  branch: number
  /**
   * Where the current branch has no message of its own, because its turn has just begun, or came to no reply: its number and those of the
   * branches beside it, as the messages there have them, in order.
   */
  siblings?: number[]
  createdAt: string
  updatedAt: string
}

/** A conversation of a list; where the list was searched, with the text around the first match, and the message that has it, of any branch; its title, where `seq` is absent. */
export interface ListedConversation extends ConversationData {
  match?: { seq?: number; branch?: number; text: string }
}

/** A message of a conversation, as the native dialect sends it. */
export interface MessageData {
  /** Its number in its branch, from 1. */
  seq: number
  role: 'system' | 'user' | 'assistant'
  content: string
  thinking?: string
  /** Base64. */
  images?: string[]
  turn: string | null
  /** False for the text of a reply that was interrupted. */
  complete: boolean
  calls: CallData[]
  usage?: Usage
  finishReason?: FinishReason
  /** Its turn failed before the model replied: later prompts leave it out. */
  refused?: true
  /** ISO 8601. */
  createdAt: string
  /** Number of the branch that it was added to. */
  branch: number
  /** Where branches differ from this message on: their numbers, its own among them, in order. Absent where there is no other. */
  siblings?: number[]
}
