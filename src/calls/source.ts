/**
 * How a text ends: `open`, more of it may come; `cut`, at a limit of the reply's length, so that something may be missing; `whole`, by
 * itself.
 */
export type Ending = 'open' | 'cut' | 'whole'

/** Thrown where the text has to go on before anything can be said about it. */
class NeedsMore extends Error {}
/** Thrown where the text is nothing that can be read without guessing. */
class Refused extends Error {}

// Thrown often, and always caught: without stacks of their own, they cost next to nothing.
const needsMore = new NeedsMore()
const refused = new Refused()

/** Ends the reading: the text is nothing that can be read without guessing. */
export function refuse(): never {
  throw refused
}

/** What `read` returns; `more` where the text has to go on, undefined where it is refused. */
export function attempt<Value>(read: () => Value): Value | 'more' | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof NeedsMore) return 'more'
    if (error instanceof Refused) return undefined
    throw error
  }
}

/** A text that is read from left to right, and may still grow. */
export class Source {
  readonly text: string
  readonly ending: Ending
  /** Index of the next character. */
  at: number

  constructor(text: string, ending: Ending, at = 0) {
    this.text = text
    this.ending = ending
    this.at = at
  }

  /** The next character; empty at the end. */
  peek(): string {
    return this.text[this.at] ?? this.#atEnd()
  }

  /** True where `word` comes next. */
  has(word: string): boolean {
    if (this.text.startsWith(word, this.at)) return true
    const rest = this.text.length - this.at
    if (rest < word.length && word.startsWith(this.text.slice(this.at))) this.#atEnd()
    return false
  }

  /** Reads `word` where it comes next. */
  take(word: string): boolean {
    const has = this.has(word)
    if (has) this.at += word.length
    return has
  }

  /** Reads what a sticky expression matches. What reaches the end of an open text may go on. */
  match(expression: RegExp): string {
    expression.lastIndex = this.at
    const found = expression.exec(this.text)?.[0] ?? ''
    if (this.at + found.length >= this.text.length) this.#atEnd()
    this.at += found.length
    return found
  }

  /** Reads up to `word`, and over it. Undefined where it does not come. */
  until(word: string): string | undefined {
    const end = this.text.indexOf(word, this.at)
    if (end < 0) {
      this.#atEnd()
      return undefined
    }
    const found = this.text.slice(this.at, end)
    this.at = end + word.length
    return found
  }

  skipSpace(): void {
    this.match(/\s*/y)
  }

  #atEnd(): '' {
    if (this.ending === 'open') throw needsMore
    return ''
  }
}
