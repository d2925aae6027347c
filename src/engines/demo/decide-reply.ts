import type { JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { PromptMessage } from '../../turn/ports/engine.ts'
import { findArguments } from './find-arguments.ts'
import { rankTools } from './rank-tools.ts'

/** The text of the demo engine, and the tool that it calls. */
export interface DemoReply {
  text: string
  call?: DemoCall
}

export interface DemoCall {
  name: string
  arguments: JsonObject
}

/** The first reply of a conversation begins with this. */
const introduction =
  'I am the demo engine: no language model, only a small stand-in that picks tools by the words of your message. Ollama (https://ollama.com) gives you a real model.'

/** How many characters of a question or a result are searched for words and values. */
const maxSearched = 4_000

/**
 * Decides the next reply of the newest turn: it calls the best tool whose arguments are known, else reports the results. A
 * tool can take its arguments from the results of earlier calls. Each tool is called once, so the turn ends. `otherModel`: the name of
 * the model that was asked for, where it is another. `mustCall`: the tools of which it calls one, with the arguments that it finds.
 */
export function decideReply(
  messages: PromptMessage[],
  tools: readonly ToolSchema[],
  {
    otherModel,
    mustCall = [],
  }: { otherModel?: string | undefined; mustCall?: readonly ToolSchema[] | undefined } = {},
): DemoReply {
  const start = messages.findLastIndex(({ role }) => role === 'user')
  const question = (messages[start]?.content ?? '').slice(0, maxSearched)
  const calls = finishedCalls(messages.slice(start + 1))
  const results = calls.map(({ result }) => result.slice(0, maxSearched)).reverse()

  const isForced = mustCall.length > 0
  const ranked = rankTools(question, isForced ? mustCall : tools)
  const wanted = (isForced ? [...ranked, ...mustCall] : ranked)
    .filter((tool) => !calls.some(({ name }) => name === tool.function.name))
    .map((tool) => ({ name: tool.function.name, ...findArguments(tool, question, results) }))
  const next = wanted.find(({ missing }) => missing.length === 0) ?? (isForced ? wanted[0] : undefined)

  const isIntroduced = messages.some(
    ({ role, content }) => role === 'assistant' && content.includes(introduction),
  )
  const place = otherModel === undefined ? '' : ` I take the place of "${otherModel}" until then.`
  const opening = isIntroduced ? '' : `${introduction}${place}\n\n`
  if (next !== undefined) return { text: opening, call: { name: next.name, arguments: next.arguments } }

  const lines = [...calls.map(reportResult), ...wanted.map(askForValues)]
  return { text: opening + (lines.length > 0 ? lines.join('\n') : listTools(question, tools)) }
}

interface FinishedCall {
  name: string
  result: string
}

function finishedCalls(messages: PromptMessage[]): FinishedCall[] {
  const calls = messages.flatMap(({ tool_calls = [] }) => tool_calls)
  return calls.map(({ id, function: { name } }) => {
    const message = messages.find(({ tool_call_id }) => tool_call_id === id)
    return { name, result: message?.content ?? 'No result.' }
  })
}

// A result is only text, so a failure is recognised by its words.
const failurePattern =
  /\b(?:error|failed|failure|denied|refused|invalid|wrong|cannot|could not|no result|not found|timed out|unavailable)\b/i

function reportResult({ name, result }: FinishedCall): string {
  const hasFailed = failurePattern.test(result.slice(0, maxSearched))
  return hasFailed ? `Trouble with ${name}: ${result}` : `${name} says: ${result}`
}

function askForValues({ name, missing }: { name: string; missing: string[] }): string {
  const form = missing.map((argument) => `${argument}: …`).join(', ')
  return `To call ${name}, I need these values in your message: ${form}`
}

function listTools(question: string, tools: readonly ToolSchema[]): string {
  const names = tools.map((tool) => tool.function.name).join(', ')
  const offer = names === '' ? 'No tools are offered to me here.' : `The tools that I can call: ${names}.`
  const quoted = question.length > 200 ? `${question.slice(0, 200).toWellFormed()}…` : question
  return `You said: "${quoted}". ${offer}`
}
