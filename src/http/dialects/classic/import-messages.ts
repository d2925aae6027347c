import { randomUUID } from 'node:crypto'
import type { Call } from '../../../protocol/call.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import type { JsonTexts } from '../../body/json-texts.ts'
import { imagesOf } from '../../posted-images.ts'
import { fitsCall, type PostedResult, type PostedResults } from './match-results.ts'
import type { PostedMessage } from './prompt-body.ts'

/**
 * Posted messages in the form of the log, where a result is part of its call. A message of role "tool" is the result of the call
 * before it with its id or name; where it has neither, of the first call without a result. Throws `invalid-request` where there is
 * no such call. `texts` parses arguments that come as the text of JSON.
 */
export function importMessages(messages: readonly PostedMessage[], texts: JsonTexts): NewMessage[] {
  const imported: NewMessage[] = []
  for (const [index, message] of messages.entries()) {
    const { role } = message
    if (role === 'tool') importResult(message, imported.at(-1)?.calls ?? [])
    else imported.push(importMessage(message, role, `messages.${index}`, texts))
  }
  return imported
}

/** The results that a request ends with, and the prompt before them; undefined where its last message is not a result. */
export function importResults(
  messages: readonly PostedMessage[],
  texts: JsonTexts,
): PostedResults | undefined {
  if (messages.at(-1)?.role !== 'tool') return undefined
  const results = messages.filter((message) => message.role === 'tool')
  const prefix = messages.filter((message) => message.role === 'user' || message.role === 'system')
  return { prefix: importMessages(prefix, texts), results: results.map(resultOf) }
}

function importMessage(
  message: PostedMessage,
  role: NewMessage['role'],
  path: string,
  texts: JsonTexts,
): NewMessage {
  const { content = '', thinking, images, tool_calls = [], tool_call_id, tool_name } = message
  if (role !== 'assistant' && tool_calls.length > 0) throw unexpected('tool_calls', role)
  if (tool_call_id || tool_name) throw unexpected(tool_call_id ? 'tool_call_id' : 'tool_name', role)
  const calls = tool_calls.map(({ id, function: called }, index): Call => {
    const args = argumentsOf(called, texts)
    const call = { id: id ?? `call_${randomUUID()}`, index, name: called.name, arguments: args }
    return { ...call, side: 'device', status: 'superseded' }
  })
  return {
    role,
    content,
    ...(thinking && { thinking }),
    ...(images && { images: imagesOf(images, `${path}.images`) }),
    ...(calls.length > 0 && { calls }),
  }
}

function importResult(message: PostedMessage, calls: Call[]): void {
  const result = resultOf(message)
  const call = calls.find((call) => call.status === 'superseded' && fitsCall(result, call))
  if (!call)
    throw new ChatterdError(
      'invalid-request',
      'A message of role "tool" must follow the call that it answers.',
    )
  call.status = 'answered'
  call.output = result.content
}

/** An object, or its text, as OpenAI has it; absent or empty: no arguments. */
function argumentsOf(
  { name, arguments: args }: { name: string; arguments?: unknown },
  texts: JsonTexts,
): JsonObject {
  const isEmpty = typeof args === 'string' && args.trim() === ''
  const value = typeof args === 'string' && !isEmpty ? texts.parse(args) : args
  if (isEmpty || value === undefined || value === null) return {}
  if (isJsonObject(value)) return value
  throw new ChatterdError('invalid-request', `The arguments of a call of "${name}" must be one JSON object.`)
}

function unexpected(member: string, role: string): ChatterdError {
  return new ChatterdError('invalid-request', `A message of role "${role}" cannot have ${member}.`)
}

/** Clients send an empty id or name for none. */
function resultOf({
  content = '',
  tool_call_id,
  tool_name,
  images = [],
  tool_calls = [],
}: PostedMessage): PostedResult {
  if (images.length > 0) throw unexpected('images', 'tool')
  if (tool_calls.length > 0) throw unexpected('tool_calls', 'tool')
  return { content, ...(tool_call_id && { callId: tool_call_id }), ...(tool_name && { name: tool_name }) }
}
