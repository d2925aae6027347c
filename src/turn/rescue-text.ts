import { CallScanner } from '../calls/call-scanner.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import type { EnginePart } from './ports/engine.ts'

/** How many parts may be held back: those of 4,096 characters, one a part. */
const mostHeldParts = 4_096

/**
 * Finds the calls that a model has written as text, in the parts of one reply. Parts are held back, whole, only while their text may
 * still become calls; those without such text are passed on as they are, and in order.
 */
export class TextRescue {
  readonly #scanner: CallScanner
  #held: EnginePart[] = []
  /** Characters of text in the parts that are held back. */
  #heldText = 0
  #isOver = false

  constructor(tools: readonly ToolSchema[]) {
    this.#scanner = new CallScanner(tools)
  }

  /** Takes what one read brought, and returns what can be passed on. After the last part, nothing is held back any more. */
  take(parts: readonly EnginePart[]): readonly EnginePart[] {
    if (this.#isOver) return parts
    const [only] = parts
    // Nearly every read brings one token of mere text.
    if (parts.length === 1 && only?.text && this.#held.length === 0 && !only.calls && !only.done) {
      this.#scanner.feed(only.text)
      if (this.#scanner.held === 0) return parts
      return this.#hold(only)
    }
    return parts.flatMap((part) => this.#takePart(part))
  }

  /** Everything that is held back, as it came: the reply has broken off, or calls are not to be looked for any more. */
  flush(): EnginePart[] {
    const held = this.#held
    this.#held = []
    this.#isOver = true
    return held
  }

  #takePart(part: EnginePart): EnginePart[] {
    if (this.#isOver) return [part]
    // The engine knows the calls of its model itself. And no call begins before the thinking has ended.
    if (part.calls || (part.thinking && this.#held.length > 0)) return [...this.flush(), part]
    if (part.text) this.#scanner.feed(part.text)
    const passed = this.#hold(part)
    return part.done ? [...passed, ...this.#end(part.done.reason !== 'length')] : passed
  }

  /** Holds the part back, and returns those whose text is released. */
  #hold(part: EnginePart): EnginePart[] {
    this.#held.push(part)
    this.#heldText += part.text?.length ?? 0
    if (this.#held.length > mostHeldParts) return this.flush()
    let released = this.#heldText - this.#scanner.held
    const first = this.#held.findIndex(({ text = '' }) => {
      released -= text.length
      return released < 0
    })
    // The last part stays until it is known whether its reply has calls.
    const passed = this.#held.splice(0, first < 0 ? this.#held.length - (part.done ? 1 : 0) : first)
    for (const { text = '' } of passed) this.#heldText -= text.length
    return passed
  }

  /** The rest of the reply: as it came, or without the text that has become calls, and with these. */
  #end(byItself: boolean): EnginePart[] {
    const before = this.#heldText - this.#scanner.held
    const { text, calls } = this.#scanner.end(byItself)
    if (calls.length === 0) return this.flush()
    let left = before + text.length
    return this.flush().map((part) => {
      const length = part.text?.length ?? 0
      const kept = Math.min(length, left)
      left -= kept
      const cut = kept === length ? part : cutPart(part, kept)
      return part.done ? { ...cut, calls } : cut
    })
  }
}

function cutPart({ text = '', ...part }: EnginePart, length: number): EnginePart {
  return { ...part, ...(length > 0 && { text: text.slice(0, length) }), isCut: true }
}
