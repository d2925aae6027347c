import type { JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { PromptMessage } from '../../turn/ports/engine.ts'
import { findArguments } from './find-arguments.ts'
import { rankTools } from './rank-tools.ts'

/** What the demo says, and the tool that it calls. */
export interface DemoReply {
  text: string
  call?: DemoCall
}

export interface DemoCall {
  name: string
  arguments: JsonObject
}

/** Said in the first answer of a conversation. */
const introduction =
  'I am the demo engine: no language model, only a small stand-in that picks tools by the words of your message. Ollama (https://ollama.com) gives you a real model.'

/** Characters of a question or a result that are searched for words and values. */
const maxRead = 4_000

/**
 * Decides on the next answer of the newest turn: calls the best tool whose arguments are known, else reports the results. A
 * tool may take its arguments from the result of one that was called before. Each is called once, so the turn ends.
 */
export function decideReply(messages: PromptMessage[], tools: ToolSchema[]): DemoReply {
  const start = messages.findLastIndex(({ role }) => role === 'user')
  const question = (messages[start]?.content ?? '').slice(0, maxRead)
  const calls = answeredCalls(messages.slice(start + 1))
  const results = calls.map(({ result }) => result.slice(0, maxRead)).reverse()

  const wanted = rankTools(question, tools)
    .filter((tool) => !calls.some(({ name }) => name === tool.function.name))
    .map((tool) => ({ name: tool.function.name, ...findArguments(tool, question, results) }))
  const next = wanted.find(({ missing }) => missing.length === 0)

  const isIntroduced = messages.some(
    ({ role, content }) => role === 'assistant' && content.includes(introduction),
  )
  const opening = isIntroduced ? '' : `${introduction}\n\n`
  if (next !== undefined) return { text: opening, call: { name: next.name, arguments: next.arguments } }

  const lines = [...calls.map(reportResult), ...wanted.map(askForValues)]
  return { text: opening + (lines.length > 0 ? lines.join('\n') : listTools(question, tools)) }
}

interface AnsweredCall {
  name: string
  result: string
}

function answeredCalls(messages: PromptMessage[]): AnsweredCall[] {
  const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls)
  return calls.map(({ id, function: { name } }) => {
    const answer = messages.find(({ tool_call_id }) => tool_call_id === id)
    return { name, result: answer?.content ?? 'No result.' }
  })
}

// A result is only text, so trouble is known by its words.
const troubleWords =
  /\b(?:error|failed|failure|denied|refused|invalid|wrong|cannot|could not|no result|not found|timed out|unavailable)\b/i

function reportResult({ name, result }: AnsweredCall): string {
  const isTrouble = troubleWords.test(result.slice(0, maxRead))
  return isTrouble ? `Trouble with ${name}: ${result}` : `${name} says: ${result}`
}

function askForValues({ name, missing }: { name: string; missing: string[] }): string {
  const form = missing.map((argument) => `${argument}: …`).join(', ')
  return `To call ${name}, I need these values in your message: ${form}`
}

function listTools(question: string, tools: ToolSchema[]): string {
  const names = tools.map((tool) => tool.function.name).join(', ')
  const offer = names === '' ? 'No tools are offered to me here.' : `The tools that I can call: ${names}.`
  const quoted = question.length > 200 ? `${question.slice(0, 200).toWellFormed()}…` : question
  return `You said: "${quoted}". ${offer}`
}
