import fc from 'fast-check'
import type { NewMessage } from '../../src/protocol/message.ts'
import type { ChatRequest, EnginePart } from '../../src/turn/ports/engine.ts'
import { call, part, type Scene } from '../support/turns/scripted-engine.ts'
import { engineError } from '../support/turns/scripted-turn.ts'
import { user } from '../support/turns/store-calls.ts'

/**
 * What the model does in a turn, a part for each step, and then it replies with text. The letters of a step: calls of `l`, a tool
 * of the device; `e`, a resident tool with effects; `i`, an idempotent one; `a`, one with effects, and `d`, one of the device, whose
 * calls have to be approved; `n`, an unknown name. Or `f`: the engine
 * fails before its reply; `c`: its reply breaks off; `z`: it falls silent.
 */
export const plans = fc.constantFrom(
  ...[
    '',
    'l',
    'll',
    'e',
    'i',
    'le',
    'li',
    'll/e',
    'i/l',
    'l/l',
    'f',
    'c',
    'z',
    'l/f',
    'ei',
    'ii',
    'n',
    'i/i',
    'a',
    'd',
    'aa',
    'ad',
    'la',
    'ea/a',
    'd/l',
  ],
)

const tools: Record<string, string> = {
  l: 'locate',
  e: 'effect',
  i: 'again',
  a: 'asked',
  d: 'unlock',
  n: 'nobody',
}

/** The user's message that has the model follow a plan; `id` makes it unique. */
export function planned(id: string, plan: string): NewMessage {
  return user(`${id}:${plan}`)
}

/** Which prompt this is: the user's message, and how many of its steps the log holds. */
export function promptOf({ messages }: ChatRequest): { content: string; step: number } {
  const last = messages.findLastIndex(({ role }) => role === 'user')
  const replies = messages.slice(last + 1).filter(({ role }) => role === 'assistant')
  return { content: messages[last]?.content ?? '', step: replies.length }
}

/** The text of a step's reply. */
export function textOf(content: string, step: number): string {
  return `${content}.${step} one two three`
}

/** The steps that a whole turn has. */
export function stepsOf(content: string): string[] {
  const plan = content.slice(content.indexOf(':') + 1)
  return plan === '' ? [''] : [...plan.split('/'), '']
}

/** The engine's reply. */
export function scenesOf(content: string, step: number): Scene[] {
  const letters = stepsOf(content)[step] ?? ''
  if (letters === 'f') return [engineError('engine-failed')]
  const texts: EnginePart[][] = textOf(content, step)
    .split(/(?= )/)
    .map((text) => [part({ text })])
  if (letters === 'c') return texts.slice(0, 2)
  if (letters === 'z') return [...texts.slice(0, 2), 'silence']
  const calls = [...letters].map((letter, index) =>
    call(tools[letter] ?? '', {}, `${content}.${step}.${index}`),
  )
  return [...texts, [part({ done: true, ...(calls.length > 0 && { calls }) })]]
}

/** What is wrong with a prompt; undefined where every call is followed by its result. */
export function faultOf({ messages }: ChatRequest): string | undefined {
  for (let index = 0; index < messages.length; ) {
    const message = messages[index++]
    if (message?.role === 'tool') return `a result without its call: ${message.tool_call_id}`
    for (const { id } of message?.tool_calls ?? []) {
      const result = messages[index++]
      if (result?.tool_call_id !== id) return `the call ${id} is not followed by its result`
      if (result.content === 'No result yet.') return `the prompt has the open call ${id}`
    }
  }
  return undefined
}
