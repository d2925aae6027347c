import { isJsonObject, type JsonObject } from '../../protocol/json.ts'
import type { PromptMessage } from '../../turn/engine.ts'

/** A call of this turn, with its result where it has one. */
export interface PastCall {
  name: string
  arguments: JsonObject
  result?: string
}

/** The newest user message, and the calls that were made for it. */
export interface DemoTurn {
  asked: string
  calls: PastCall[]
}

/** Reads the newest turn. Results are told apart by call id, then by name, else they answer the calls in order. */
export function readTurn(messages: PromptMessage[]): DemoTurn {
  const start = messages.findLastIndex(({ role }) => role === 'user')
  const calls: (PastCall & { id: string })[] = []
  for (const message of start === -1 ? [] : messages.slice(start + 1)) {
    for (const { id, function: called } of message.tool_calls ?? []) {
      calls.push({ id, name: called.name, arguments: isJsonObject(called.arguments) ? called.arguments : {} })
    }
    if (message.role !== 'tool') continue
    const open = calls.filter(({ result }) => result === undefined)
    const answered =
      open.find(({ id }) => id === message.tool_call_id) ??
      open.find(({ name }) => name === message.tool_name) ??
      open[0]
    if (answered !== undefined) answered.result = message.content
  }
  return { asked: messages[start]?.content ?? '', calls }
}
