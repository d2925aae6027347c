import type { ToolSchema } from '../../protocol/tool-schema.ts'
import type { PromptMessage } from '../../turn/engine.ts'
import { readFacts } from './facts.ts'
import { wordsOf } from './rank-tools.ts'
import { readTurn } from './read-turn.ts'

/** The tool that the turn before called last, if the newest user message only brings new values: `And in 48.85, 2.35?`. */
export function followUp(messages: PromptMessage[], tools: ToolSchema[]): ToolSchema[] {
  const start = messages.findLastIndex(({ role }) => role === 'user')
  if (start === -1 || !bringsOnlyValues(messages[start]?.content ?? '')) return []
  const last = readTurn(messages.slice(0, start)).calls.at(-1)
  return tools.filter((tool) => tool.function.name === last?.name)
}

function bringsOnlyValues(text: string): boolean {
  const { phrases } = readFacts(text)
  const rest = phrases.reduce((left, phrase) => left.replace(phrase, ' '), text)
  const words = rest.replaceAll(/(?<!\p{L})\d[\d.,°º'′]*\s*[NSEW]?(?!\p{L})/giu, ' ')
  return words !== text && wordsOf(words).length === 0
}
