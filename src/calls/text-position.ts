/** A call written as text begins a line, with so many blanks before it at the most: four begin a block of code in Markdown. */
const mostIndent = 3

/** How much of the text before is kept, to judge what follows, in UTF-16 units. */
const keptBefore = 300

/** What opens and closes the model's thinking, which some engines leave in the text. Only at the start of a reply. */
const thinkingMarks: readonly (readonly [opener: string, closer: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['[THINK]', '[/THINK]'],
  ['<|channel>thought', '<channel|>'],
  ['<|channel|>analysis', '<|end|>'],
]

/** The end of a text after which a call is a part of something else: an assignment, or a list. */
const opensMore = /(?:[=(,+[{]|=>|->|["']\s*:)\s*$/

/** A line that announces an example: what follows is not meant to be run. */
const announcesExample = new RegExp(
  `(?:${[
    '\\b(?:e\\.g|for instance|such as|like this|looks? like|would|could|format|syntax|schema|template|roughly)\\b',
    '\\b(?:you|one) (?:can|may|might|should)\\b',
    // "example" in the languages that models are asked in most.
    'example|beispiel|ejemplo|exemple|esempio|exemplo|voorbeeld|przykład|пример|приклад|örnek|例如|例えば|示例|예를 들어',
  ].join('|')})[^\\n]*[:：]\\s*$`,
  'i',
)

/** Marks that have been passed over since: what rules out a call also rules out what is in the mark. */
const marksAtEnd = /(?:<[^<>\n]{1,40}>\s*){1,4}$/

/** The end of a sentence or a mark: a call in a mark of its own may follow on the same line. */
const sentenceEnd = /(?:[.!?…。！？]["')\]]*|>)\s*$/

/** Where in a reply the reading is: what stands before decides whether a call may begin. */
export class TextPosition {
  /** First characters of words that may begin a call. */
  readonly #wordStarts: ReadonlySet<string>
  /** Blanks since the line began; -1 after anything else. */
  #indent = 0
  /** Backticks in a row since the line began. */
  #ticks = 0
  #inFence = false
  /** What closes the thinking that the reading is in. */
  #thinkingCloser: string | undefined
  /** The start of the reply, while it may still open thinking. */
  #head: string | undefined = ''
  #passed = ''

  constructor(wordStarts: ReadonlySet<string>) {
    this.#wordStarts = wordStarts
  }

  /** Passes over text in which, at a glance, no call can begin. False where it has to be looked at. */
  passPlain(text: string): boolean {
    if (
      this.#indent >= 0 ||
      this.#ticks > 0 ||
      this.#thinkingCloser !== undefined ||
      this.#head !== undefined
    )
      return false
    if (nextMark(text, 0) < text.length) return false
    this.#remember(text)
    return true
  }

  /** Passes over text from index `from` on, up to where a call may begin. Returns that index, or the text's length. */
  pass(text: string, from: number): number {
    let noted = from
    for (let at = from; ; ) {
      if (this.#thinkingCloser !== undefined) at = this.#passThinking(text, at)
      else if (this.#indent < 0 && this.#ticks === 0) at = nextMark(text, at)
      const isEnd = at >= text.length
      if (isEnd || this.#mayBegin(text, at)) {
        this.#note(text.slice(noted, at))
        noted = at
        if (isEnd) return text.length
        // Only now the whole mark may have been read that opens the thinking.
        if (this.#thinkingCloser === undefined) return at
        continue
      }
      this.#step(text[at] ?? '')
      at += 1
    }
  }

  /** Passes over the first character of what is no call. Returns the index of the next one. */
  passRefused(text: string, at: number): number {
    const character = text[at] ?? ''
    this.#step(character)
    this.#note(character)
    return at + 1
  }

  /** True in the middle of a line. */
  get isMidLine(): boolean {
    return this.#indent < 0
  }

  /** True where what stands before says that what follows is not meant to be run. */
  get isRuledOut(): boolean {
    const before = this.#before.replace(marksAtEnd, '')
    return opensMore.test(before) || announcesExample.test(before)
  }

  /** True where nothing but white space stands before. */
  get isFirst(): boolean {
    return this.#before.trim() === ''
  }

  #mayBegin(text: string, at: number): boolean {
    const character = text[at] ?? ''
    if (this.#inFence || this.#ticks > 0) return false
    if (this.#indent >= 0) return '{[<`'.includes(character) || this.#wordStarts.has(character)
    return character === '<' || character === '['
  }

  /** Takes the character into account, where no call begins at it. */
  #step(character: string): void {
    if (character === '`' && (this.#indent >= 0 || this.#ticks > 0)) {
      this.#ticks += 1
      this.#indent = -1
      if (this.#ticks < 3) return
      this.#inFence = !this.#inFence
    }
    this.#ticks = 0
    if (character === '\n') this.#indent = 0
    else if (character !== ' ' || this.#indent < 0 || this.#indent === mostIndent) this.#indent = -1
    else this.#indent += 1
  }

  #passThinking(text: string, from: number): number {
    const closer = this.#thinkingCloser ?? ''
    const overlap = this.#before.slice(1 - closer.length)
    const end = (overlap + text.slice(from)).indexOf(closer)
    if (end < 0) return text.length
    this.#thinkingCloser = undefined
    this.#indent = 0
    return from + end - overlap.length + closer.length
  }

  /** What stands before is put together only where it is read. */
  #remember(text: string): void {
    this.#passed += text
    if (this.#passed.length > 16 * keptBefore) this.#passed = this.#before
  }

  get #before(): string {
    return this.#passed.slice(-keptBefore)
  }

  #note(text: string): void {
    this.#remember(text)
    if (this.#head === undefined) return
    const head = (this.#head + text.slice(0, keptBefore)).trimStart()
    const mark = thinkingMarks.find(([opener]) => head.startsWith(opener))
    const mayFollow = thinkingMarks.some(([opener]) => opener.startsWith(head))
    this.#head = mark || !mayFollow ? undefined : head
    if (mark && !text.includes(mark[1])) this.#thinkingCloser = mark[1]
  }

  /** True in the middle of a line, right after a sentence or a mark. */
  get isAfterSentence(): boolean {
    return sentenceEnd.test(this.#before)
  }
}

/**
 * The index of the next character that matters in the middle of a line; the text's length where there is none. For tokens, which are
 * short, a loop takes a fraction of the time of a regular expression.
 */
function nextMark(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === lineFeed || unit === angle || unit === bracket) return at
  }
  return text.length
}

const [lineFeed, angle, bracket] = [0x0a, 0x3c, 0x5b]
