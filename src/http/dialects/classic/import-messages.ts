import { randomUUID } from 'node:crypto'
import type { Call } from '../../../protocol/call.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import { isJsonObject } from '../../../protocol/json.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import { fitsCall, type PostedResult } from './match-results.ts'
import type { PostedMessage } from './prompt-body.ts'

/**
 * Messages as the log holds them: the results of a history that a client brings along go to the calls before them, by id
 * or name where one is given, else in order. Throws `invalid-request` for a result with no call.
 */
export function importMessages(messages: readonly PostedMessage[]): NewMessage[] {
  const imported: NewMessage[] = []
  for (const message of messages) {
    if (message.role === 'tool') answerImported(imported.at(-1)?.calls ?? [], message)
    else imported.push(importMessage(message, message.role))
  }
  return imported
}

function importMessage(message: PostedMessage, role: NewMessage['role']): NewMessage {
  const { content = '', thinking, images, tool_calls = [] } = message
  const calls = (role === 'assistant' ? tool_calls : []).map(({ id, function: asked }, index): Call => {
    const args = isJsonObject(asked.arguments) ? asked.arguments : {}
    const place = { id: id ?? `call_${randomUUID()}`, index, name: asked.name, arguments: args }
    return { ...place, side: 'device', status: 'superseded' }
  })
  return {
    role,
    content,
    ...(thinking && { thinking }),
    ...(images && { images }),
    ...(calls.length > 0 && { calls }),
  }
}

function answerImported(calls: Call[], message: PostedMessage): void {
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

/** A message of role "tool" as a result. An empty id or name is none. */
export function resultOf({ content = '', tool_call_id, tool_name }: PostedMessage): PostedResult {
  return { content, ...(tool_call_id && { callId: tool_call_id }), ...(tool_name && { name: tool_name }) }
}
