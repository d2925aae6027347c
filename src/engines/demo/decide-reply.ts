import { isDeepStrictEqual } from 'node:util'
import type { JsonObject } from '../../protocol/json.ts'
import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { PromptMessage } from '../../turn/engine.ts'
import { exampleFor } from './example-for.ts'
import { readFacts } from './facts.ts'
import { fillArguments } from './fill-arguments.ts'
import { followUp } from './follow-up.ts'
import { rankTools } from './rank-tools.ts'
import { type DemoTurn, type PastCall, readTurn } from './read-turn.ts'

/** What the demo says, and the tool that it calls. */
export interface DemoReply {
  text: string
  call?: { name: string; arguments: JsonObject }
  /** What a user may type, where no tool fits what was asked. */
  hint?: string
}

/** Said in the first answer of a conversation. */
export const introduction =
  'I am the demo engine: no language model, only a small stand-in that picks tools by the words of your message. Ollama (https://ollama.com) gives you a real model.'

/** Decides on the next answer, from the newest user message and what came after it. */
export function decideReply(messages: PromptMessage[], tools: ToolSchema[]): DemoReply {
  const turn = readTurn(messages)
  const ranked = rankTools(turn.asked, tools)
  const wanted = ranked.length > 0 ? ranked : followUp(messages, tools)
  const call = nextCall(turn, wanted)
  const said = call === undefined ? sayAnswer(turn, tools, wanted) : ''
  const introduced = messages.some(
    ({ role, content }) => role === 'assistant' && content.includes(introduction),
  )
  const text = introduced ? said : `${introduction}\n\n${said}`
  if (call !== undefined) return { text, call }
  const hint = wanted.length === 0 && turn.calls.length === 0 ? exampleFor(tools) : undefined
  return hint === undefined ? { text } : { text, hint }
}

/**
 * The best tool whose arguments are known. A tool is called again in the same turn only with other numbers or phrases of the
 * user's own text, of which there are few: so a turn ends.
 */
function nextCall(turn: DemoTurn, wanted: ToolSchema[]): DemoReply['call'] | undefined {
  for (const tool of wanted) {
    const { name } = tool.function
    const earlier = turn.calls.filter((call) => call.name === name)
    const { arguments: args, missing } = fill(tool, turn, earlier)
    const known = earlier.some((call) => isDeepStrictEqual(call.arguments, args))
    if (missing.length === 0 && !known && (earlier.length === 0 || hasNewValues(args, earlier))) {
      return { name, arguments: args }
    }
  }
  return undefined
}

function fill(
  tool: ToolSchema,
  turn: DemoTurn,
  earlier: PastCall[],
): { arguments: JsonObject; missing: string[] } {
  const asked = readFacts(turn.asked)
  const used = new Set(earlier.flatMap((call) => Object.values(call.arguments).map(String)))
  const fresh = {
    named: asked.named.filter(({ value }) => !used.has(String(value))),
    numbers: asked.numbers.filter((value) => !used.has(String(Number(value))) && !used.has(value)),
    phrases: asked.phrases.filter((value) => !used.has(value)),
  }
  const results = turn.calls.flatMap(({ result }) =>
    result === undefined || reportsTrouble(result) ? [] : [result],
  )
  const facts = earlier.length === 0 ? results.reverse().map(readFacts) : []
  return fillArguments(tool, [...facts, fresh], fresh)
}

function hasNewValues(args: JsonObject, earlier: PastCall[]): boolean {
  const used = new Set(earlier.flatMap((call) => Object.values(call.arguments).map(String)))
  return Object.values(args).some((value) => !used.has(String(value)))
}

function sayAnswer(turn: DemoTurn, tools: ToolSchema[], wanted: ToolSchema[]): string {
  const told = turn.calls
    .filter((call, index) => !servedLater(call, turn.calls.slice(index + 1)))
    .map(sayResult)
  const needs = wanted
    .filter((tool) => !turn.calls.some(({ name }) => name === tool.function.name))
    .map((tool) => sayNeed(tool, fill(tool, turn, []).missing))
  const said = [...told, ...needs]
  return said.length > 0 ? said.join('\n') : sayTools(turn.asked, tools)
}

/** True for a result from which a later call took its arguments: the later result is the answer. */
function servedLater({ result }: PastCall, later: PastCall[]): boolean {
  if (result === undefined || reportsTrouble(result)) return false
  const told = new Set(readFacts(result).named.map(({ value }) => String(value)))
  return later.some((call) => Object.values(call.arguments).some((value) => told.has(String(value))))
}

function sayResult({ name, result }: PastCall): string {
  if (result === undefined) return `The tool ${name} gave no result.`
  if (!reportsTrouble(result)) return `${name} says: ${result}`
  return result.startsWith(`${name} `) ? result : `The tool ${name} reported: ${result}`
}

// A result is only text, so trouble is known by its words.
function reportsTrouble(result: string): boolean {
  return /\b(error|fail(ed|ure)?|denied|refused|invalid|wrong arguments|unknown|unavailable|cancelled|timed out|do(es)? not fit|no result|cannot|could not|not found|interrupted)\b/i.test(
    result,
  )
}

function sayNeed({ function: { name } }: ToolSchema, missing: string[]): string {
  return `To call ${name} I would need ${missing.join(', ')}: write the values into your message.`
}

function sayTools(asked: string, tools: ToolSchema[]): string {
  const names = tools.map((tool) => tool.function.name).join(', ')
  const offer = names === '' ? 'No tools are offered to me here.' : `The tools that I can call: ${names}.`
  const heard = asked.trim().replaceAll(/\s+/g, ' ')
  const echo =
    heard === '' ? 'Hello!' : `You said: "${heard.length > 200 ? `${heard.slice(0, 200)}…` : heard}".`
  return `${echo} ${offer}`
}
