import type { Json } from '../protocol/json.ts'
import type { Repair } from '../protocol/repair.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { FoundCall } from './forms/found-call.ts'
import { OfferedTools } from './offered-tools.ts'
import { readCalls } from './read-calls.ts'
import { attempt, type Ending, Source } from './source.ts'
import { TextPosition } from './text-position.ts'

/** A call that was written as text. `repairs` says so, and what else was mended to read it. */
export interface RescuedCall {
  name: string
  arguments: Json
  repairs: Repair[]
}

/** The rest of a reply: text for the client, and the calls that stood at its end. */
export interface Rescue {
  text: string
  calls: RescuedCall[]
}

/** The longest text that may become calls, in UTF-16 units: so much is held back at the most. */
const mostHeld = 4_096

/** From this length on, what is held back is not read again for each piece, but when it has grown by a sixteenth. */
const readForEachPiece = 512

/** Characters that may be read in vain: this many, and for each character of the reply so many more. Then the rest of the reply is text. */
const inVain = { once: 64 * 1024, each: 16 }

/**
 * Finds the calls that a model has written at the end of its text, while the text streams. Text is held back only while it may still
 * become a call of an offered tool, and comes out unchanged and in order.
 */
export class CallScanner {
  readonly #tools: OfferedTools
  readonly #position: TextPosition
  #held = ''
  /** Length of the held text from which on it is read again. */
  #readAgainAt = 0
  /** Characters of the reply. */
  #seen = 0
  /** Characters that were read in vain. */
  #readInVain = 0
  #isOff = false

  constructor(tools: readonly ToolSchema[]) {
    this.#tools = new OfferedTools(tools)
    this.#position = new TextPosition(this.#tools.wordStarts)
  }

  /** How much of the text so far is held back. */
  get held(): number {
    return this.#held.length
  }

  /** Takes the next piece of the text, and returns what is released now. */
  feed(text: string): string {
    this.#seen += text.length
    if (this.#isOff || (this.#held === '' && this.#position.passPlain(text))) return text
    this.#held += text
    return this.#held.length < this.#readAgainAt ? '' : this.#release('open').text
  }

  /** The end of the text. `byItself`: false where it was cut at a limit of its length. */
  end(byItself: boolean): Rescue {
    return this.#release(byItself ? 'whole' : 'cut')
  }

  #release(ending: Ending): Rescue {
    const held = this.#held
    this.#readAgainAt = 0
    for (let from = 0; ; ) {
      const at = this.#isOff ? held.length : this.#position.pass(held, from)
      if (at === held.length) {
        this.#held = ''
        return { text: held, calls: [] }
      }
      const calls = this.#read(at, ending)
      if (calls) {
        this.#held = calls === 'more' ? held.slice(at) : ''
        return { text: held.slice(0, at), calls: calls === 'more' ? [] : calls.map(rescued) }
      }
      from = this.#position.passRefused(held, at)
    }
  }

  /** The calls that begin at `at` of the held text, and end where it ends. */
  #read(at: number, ending: Ending): FoundCall[] | 'more' | undefined {
    const length = this.#held.length - at
    const position = this.#position
    if (position.isMidLine && !position.isAfterSentence) return undefined
    const source = new Source(this.#held, ending, at)
    const { isMidLine, isFirst } = position
    const calls =
      length > mostHeld ? undefined : attempt(() => readCalls(source, this.#tools, { isMidLine, isFirst }))
    if (calls === undefined || position.isRuledOut) {
      this.#readInVain += length > mostHeld ? mostHeld : source.at - at
      this.#isOff = this.#readInVain > inVain.once + inVain.each * this.#seen
      return undefined
    }
    if (calls === 'more' && length > readForEachPiece) {
      this.#readAgainAt = Math.ceil((length * 17) / 16)
    }
    return calls
  }
}

function rescued({ name, arguments: args, mends, isFlat }: FoundCall): RescuedCall {
  const repairs: Repair[] = [{ code: 'text', detail: 'the call was written as text' }]
  if (mends.length > 0) repairs.push({ code: 'arguments-text', detail: mends.join(', ') })
  if (isFlat) repairs.push({ code: 'arguments-nested', detail: 'they stood beside the name' })
  return { name, arguments: args, repairs }
}
