import { Type } from 'typebox'
import { ChatterdError } from '../protocol/errors.ts'

/** How much one request may hold. */
export interface PostedLimits {
  /** Messages in one request; also the calls and images of all its messages together. */
  maxMessages: number
  /** Tools in one request. */
  maxTools: number
}

/** A name. Databases cannot hold U+0000 as text. */
export const Name = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: '^[^\\u0000]*$' })

export const ConversationName = Name(155)
export const ModelName = Name(512)

/** An object whose members are not checked: a JSON Schema, an engine's options. */
export const AnyObject = Type.Record(Type.String(), Type.Any(), {
  title: 'JsonObject',
  description: 'An object with any members.',
})

/** Throws `invalid-request` for too many messages, or too many calls and images in them; `partsOf` counts those of one message. */
export function checkMessages<Message>(
  messages: readonly Message[],
  partsOf: (message: Message) => number,
  { maxMessages }: PostedLimits,
): void {
  const setting = 'CHATTERD_MAX_MESSAGES'
  checkCount(messages.length, maxMessages, `The request has ${messages.length} messages`, setting)
  const parts = messages.reduce((sum, message) => sum + partsOf(message), 0)
  checkCount(parts, maxMessages, `The messages have ${parts} calls and images`, setting)
}

/** Throws `invalid-request` where a request has too many tools. */
export function checkTools(tools: readonly unknown[] | null | undefined, { maxTools }: PostedLimits): void {
  const count = tools?.length ?? 0
  checkCount(count, maxTools, `The request has ${count} tools`, 'CHATTERD_MAX_TOOLS')
}

/** Throws `invalid-request` for names with lone surrogates, which the database cannot hold; `members` says what they name. */
export function checkNames(names: readonly (string | null | undefined)[], members: string): void {
  if (names.every((name) => name?.isWellFormed() ?? true)) return
  throw new ChatterdError('invalid-request', `${members} must be well-formed Unicode.`)
}

/**
 * Throws `invalid-request` for a name that a conversation cannot have: "." and ".." in a path mean other paths, and clients replace them
 * before they send it, escaped or not (https://url.spec.whatwg.org/#double-dot-path-segment).
 */
export function checkConversationName(name: string, member: string): void {
  if (name !== '.' && name !== '..') return
  throw new ChatterdError('invalid-request', `${member}: "." and ".." cannot be names of conversations.`)
}

function checkCount(count: number, maximum: number, statement: string, setting: string): void {
  if (count <= maximum) return
  throw new ChatterdError('invalid-request', `${statement}; ${maximum} are allowed (setting ${setting}).`)
}
