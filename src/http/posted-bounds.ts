import { Type } from 'typebox'
import { ChatterdError } from '../protocol/errors.ts'

/** What a request may bring in. */
export interface PostedLimits {
  /** Messages in one request, and also the calls and images in them. */
  maxMessages: number
  /** Tools in one request. */
  maxTools: number
}

/** Names that go into the database as text, which cannot hold U+0000. */
const Name = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000]*$' })

export const ConversationName = Name(155)
export const ModelName = Name(512)

/** An object of a stranger's: a JSON Schema, an engine's options. */
export const AnyObject = Type.Record(Type.String(), Type.Any())

/** A tool as models are told of it, without what stands around it. */
export const PostedFunction = Type.Object({
  name: Name(128),
  description: Type.Optional(Type.String()),
  parameters: Type.Optional(AnyObject),
})

/** Throws `invalid-request` where a request brings more messages, or more calls and images in them, than it may. */
export function checkMessages<Message>(
  messages: readonly Message[],
  partsOf: (message: Message) => number,
  { maxMessages }: PostedLimits,
): void {
  const setting = 'CHATTERD_MAX_MESSAGES'
  checkMost(messages.length, maxMessages, `The request has ${messages.length} messages`, setting)
  const parts = messages.reduce((sum, message) => sum + partsOf(message), 0)
  checkMost(parts, maxMessages, `The messages have ${parts} calls and images`, setting)
}

/** Throws `invalid-request` where a request brings more tools than it may. */
export function checkTools(tools: readonly unknown[] | null | undefined, { maxTools }: PostedLimits): void {
  const count = tools?.length ?? 0
  checkMost(count, maxTools, `The request has ${count} tools`, 'CHATTERD_MAX_TOOLS')
}

/** Throws `invalid-request` for names that the database cannot hold as text. `which` names them. */
export function checkNames(names: readonly (string | null | undefined)[], which: string): void {
  if (names.every((name) => name?.isWellFormed() ?? true)) return
  throw new ChatterdError('invalid-request', `${which} must be well-formed Unicode.`)
}

function checkMost(count: number, most: number, words: string, setting: string): void {
  if (count <= most) return
  throw new ChatterdError('invalid-request', `${words}; ${most} are allowed (setting ${setting}).`)
}
