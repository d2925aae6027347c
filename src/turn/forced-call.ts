import { mendCall } from '../calls/mend-call.ts'
import { didYouMean } from '../protocol/closest-name.ts'
import { ChatterdError } from '../protocol/errors.ts'
import { parseExact } from '../protocol/exact-json.ts'
import { isJsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { utf8Length } from './fold.ts'
import type { EngineCall, EnginePart } from './ports/engine.ts'
import type { TurnState } from './ports/turn-state.ts'

/**
 * The tools of which the model has to call one now: those that are offered, or the one that the client named. None where it may answer
 * as it likes: its first answer in the turn has to be a call, and those after it read the result. Throws `invalid-request` where the
 * tool is not offered.
 */
export function forcedTools({ request, step }: TurnState, offered: readonly ToolSchema[]): ToolSchema[] {
  const { toolChoice } = request
  if (!toolChoice || step > 0) return []
  const wanted = toolChoice === 'required' ? undefined : toolChoice.name
  const forced = offered.filter((tool) => wanted === undefined || tool.function.name === wanted)
  if (forced.length > 0) return forced
  const names = offered.map((tool) => tool.function.name)
  const missing = wanted === undefined ? 'a tool' : `the tool "${wanted}"`
  const known = names.length > 0 ? didYouMean(wanted ?? '', names) || '.' : ': it is offered none.'
  throw new ChatterdError('invalid-request', `toolChoice: the model cannot call ${missing}${known}`)
}

/** Makes a call of a reply that has to be one: engines that know no choice of tools give it as text. The client sees none of that. */
export class ForcedCall {
  readonly #tools: readonly ToolSchema[]
  readonly #maxBytes: number
  #text: string[] = []
  #bytes = 0
  #hasCalls = false

  /** `maxBytes`: of the text, in UTF-8. */
  constructor(tools: readonly ToolSchema[], maxBytes: number) {
    this.#tools = tools
    this.#maxBytes = maxBytes
  }

  /** Takes what one read brought. Throws `engine-failed` where the reply ends without a call of these tools, and `answer-limit`. */
  take(parts: readonly EnginePart[]): EnginePart[] {
    return parts.map((part) => this.#takePart(part))
  }

  #takePart({ text, ...part }: EnginePart): EnginePart {
    if (part.calls) this.#check(part.calls)
    if (text) this.#keep(text)
    const rest = { ...part, ...(text && { isCut: true as const }) }
    if (!part.done) return rest
    // Beside calls that the engine has found, text is text.
    if (this.#hasCalls) return { ...rest, ...(this.#text.length > 0 && { text: this.#text.join('') }) }
    const call = readCall(this.#text.join(''))
    this.#check(call ? [call] : [], part.done.reason === 'length')
    return { ...rest, ...(call && { calls: [call] }) }
  }

  #keep(text: string): void {
    this.#text.push(text)
    this.#bytes += utf8Length(text)
    if (this.#bytes > this.#maxBytes)
      throw new ChatterdError(
        'answer-limit',
        `The call that the model writes grew past ${this.#maxBytes} bytes (setting CHATTERD_MAX_ANSWER).`,
      )
  }

  #check(calls: readonly EngineCall[], isCutOff = false): void {
    if (calls.length > 0 && calls.every((call) => mendCall(call, this.#tools))) this.#hasCalls = true
    else
      throw new ChatterdError(
        'engine-failed',
        isCutOff
          ? 'The model had to call a tool (toolChoice), and its answer was cut off at the limit of its length.'
          : 'The model had to call a tool (toolChoice), and did not.',
      )
  }
}

/** The call in a text of the form that engines are asked for. */
function readCall(text: string): EngineCall | undefined {
  try {
    const value = parseExact(text)
    if (!isJsonObject(value) || typeof value.name !== 'string') return undefined
    return { name: value.name, arguments: value.arguments ?? {} }
  } catch {
    return undefined
  }
}
