/** What a JSON document may have. */
export interface JsonBounds {
  /** Members of objects and elements of arrays, all together. */
  maxValues: number
  /** Levels of nested objects and arrays. */
  maxDepth: number
}

/** The bound that a document exceeds. */
export type Excess = 'values' | 'depth'

const quote = 0x22
const backslash = 0x5c
const zero = 0x30

// What a byte means outside of strings. Spaces and colons mean nothing, and what stands for 0 begins a literal, or is no JSON.
const space = 1
const string = 2
const open = 3
const close = 4
const comma = 5
const number = 6
const meanings = new Uint8Array(256)
for (const [meaning, characters] of [
  [space, ' \t\r\n:'],
  [string, '"'],
  [open, '[{'],
  [close, ']}'],
  [comma, ','],
  [number, '-0123456789'],
] as const)
  for (const character of characters) meanings[character.charCodeAt(0)] = meaning

const inNumber = new Uint8Array(256)
for (const character of '-+.eE0123456789') inNumber[character.charCodeAt(0)] = 1

/** Integers of up to so many digits are exact as doubles. */
const exactDigits = 15
/** `String(double)` is never longer. */
const longestDouble = 25
/** Strings are read byte by byte so far, and from there by `indexOf`, which costs as much as some dozens of bytes. */
const nearBytes = 64

/**
 * Counts what a JSON document has while its bytes arrive, in linear time and without memory, so that a document which `JSON.parse` would
 * take long for is refused before it is complete. Does not check whether it is JSON at all.
 */
export class JsonScanner {
  readonly #bounds: JsonBounds
  #values = 0
  #depth = 0
  /** True after the beginning of an object or an array, until something is in it. */
  #isEmpty = false
  #isInString = false
  /** True where the next byte belongs to a backslash before it. */
  #isEscaped = false
  #isInNumber = false
  /** The beginning of a number that goes on in the next chunk. */
  #begun = ''
  #isExact = true
  #excess: Excess | undefined

  constructor(bounds: JsonBounds) {
    this.#bounds = bounds
  }

  /** How many members and elements have come. */
  get values(): number {
    return this.#values
  }

  /** False once a number has come that is written otherwise than the double that `JSON.parse` makes of it: 1.0, 1e3, 12345678901234567890. */
  get isExact(): boolean {
    return this.#isExact
  }

  /** Reads the next bytes. Returns the bound that the document exceeds by now. */
  feed(bytes: Buffer): Excess | undefined {
    let at = 0
    if (this.#isInString) at = this.#readString(bytes, at)
    else if (this.#isInNumber) at = this.#readNumber(bytes, at)
    while (at < bytes.length && this.#excess === undefined) {
      const meaning = meanings[bytes[at] ?? 0]
      if (meaning === space) at += 1
      else if (meaning === comma) {
        this.#countValue()
        at += 1
      } else if (meaning === close) {
        this.#depth -= 1
        this.#isEmpty = false
        at += 1
      } else {
        if (this.#isEmpty) this.#countValue()
        this.#isEmpty = meaning === open
        if (meaning === string) at = this.#readString(bytes, at + 1)
        else if (meaning === number) at = this.#readNumber(bytes, at)
        else {
          if (meaning === open) this.#goDeeper()
          at += 1
        }
      }
    }
    return this.#excess
  }

  /** Says that the document is complete. */
  end(): void {
    if (this.#isInNumber) this.#endNumber()
  }

  #countValue(): void {
    this.#values += 1
    if (this.#values > this.#bounds.maxValues) this.#excess = 'values'
  }

  #goDeeper(): void {
    this.#depth += 1
    if (this.#depth > this.#bounds.maxDepth) this.#excess = 'depth'
  }

  /** Reads on within a string; returns the position behind it, or behind the chunk. */
  #readString(bytes: Buffer, from: number): number {
    const { length } = bytes
    let at = this.#isEscaped ? from + 1 : from
    this.#isEscaped = false
    this.#isInString = true
    for (;;) {
      const near = Math.min(at + nearBytes, length)
      while (at < near) {
        const byte = bytes[at]
        if (byte === quote) {
          this.#isInString = false
          return at + 1
        }
        at += byte === backslash ? 2 : 1
      }
      this.#isEscaped = at > length
      if (at >= length) return length
      const found = bytes.indexOf(quote, at)
      const end = found === -1 ? length : found
      // Each backslash is looked at once: those before a quote, and none before `at`.
      let run = end
      while (run > at && bytes[run - 1] === backslash) run -= 1
      const isEscaped = (end - run) % 2 === 1
      if (found === -1) {
        this.#isEscaped = isEscaped
        return length
      }
      at = found + 1
      if (isEscaped) continue
      this.#isInString = false
      return at
    }
  }

  /** Reads on within a number; returns the position behind it, or behind the chunk. */
  #readNumber(bytes: Buffer, from: number): number {
    let end = from
    let isPlain = this.#begun === '' && bytes[from] !== zero
    while (end < bytes.length && inNumber[bytes[end] ?? 0] === 1) {
      isPlain &&= (bytes[end] ?? 0) >= zero && (bytes[end] ?? 0) <= zero + 9
      end += 1
    }
    this.#isInNumber = end === bytes.length
    const isSurelyExact = isPlain && !this.#isInNumber && end - from <= exactDigits
    if (isSurelyExact || !this.#isExact) return end
    if (this.#begun.length <= longestDouble)
      this.#begun += bytes.toString('latin1', from, Math.min(end, from + longestDouble + 1))
    if (!this.#isInNumber) this.#endNumber()
    return end
  }

  #endNumber(): void {
    this.#isInNumber = false
    if (String(Number(this.#begun)) !== this.#begun) this.#isExact = false
    this.#begun = ''
  }
}
