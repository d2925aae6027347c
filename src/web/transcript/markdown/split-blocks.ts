/** A piece of Markdown that is rendered by itself. `start` is where it begins in the whole text: what it is known by. */
export type Block =
  | { kind: 'markdown'; start: number; text: string }
  | { kind: 'code'; start: number; text: string; language: string; closed: boolean }

/** What is open at the end of the lines that have been read. */
interface Open {
  kind: 'none' | 'markdown' | 'list' | 'fence'
  start: number
  /** Where the code of a fence begins. */
  codeStart: number
  fence: string
  language: string
  /** Spaces before the fence: as many are taken away from its lines. */
  indent: number
  /** True after an empty line. */
  blank: boolean
}

const closed: Open = {
  kind: 'none',
  start: 0,
  codeStart: 0,
  fence: '',
  language: '',
  indent: 0,
  blank: false,
}

const fencePattern = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})[ \t]*([^\s`]*)/
const listPattern = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/
/** Begins a list without an empty line before it. */
const interruptingList = /^ {0,3}(?:[-*+]|1[.)])[ \t]+\S/

/**
 * Cuts Markdown into blocks while it grows: what a later line cannot change any more is cut off, and stays the same object. Blocks
 * are cut at empty lines and at fences of code; a list stays whole. Reads each line once, and the last, unfinished one each time.
 */
export class BlockSplitter {
  #text = ''
  #read = 0
  #open: Open = closed
  #done: Block[] = []

  /** The blocks of a text. A text that goes on where the one before has ended costs what is new. */
  split(text: string): readonly Block[] {
    if (!text.startsWith(this.#text)) this.#reset()
    this.#text = text
    for (;;) {
      const end = text.indexOf('\n', this.#read)
      if (end < 0) break
      this.#open = this.#step(text.slice(this.#read, end), this.#read, end + 1, this.#done)
      this.#read = end + 1
    }
    return this.#withUnfinished()
  }

  #reset(): void {
    this.#read = 0
    this.#open = closed
    this.#done = []
  }

  /** The last line may yet become something else: it is read without being remembered. */
  #withUnfinished(): readonly Block[] {
    const blocks = [...this.#done]
    const rest = this.#text.slice(this.#read)
    const open = rest === '' ? this.#open : this.#step(rest, this.#read, this.#text.length, blocks)
    this.#close(open, this.#text.length, blocks, false)
    return blocks
  }

  /** Reads a line, from `start` to `next`, where the following one begins. */
  #step(line: string, start: number, next: number, blocks: Block[]): Open {
    const open = this.#open
    if (open.kind === 'fence') {
      if (!closesFence(line, open.fence)) return open
      this.#close(open, start, blocks, true)
      return closed
    }
    if (line.trim() === '') return open.kind === 'none' ? open : { ...open, blank: true }
    const inList = open.kind === 'list' && /^(?: {2}|\t)/.test(line)
    const [, indent = '', fence, language = ''] = fencePattern.exec(line) ?? []
    if (fence !== undefined && !inList) {
      this.#close(open, start, blocks, true)
      return { ...closed, kind: 'fence', start, codeStart: next, fence, language, indent: indent.length }
    }
    const goesOn = open.blank
      ? this.#goesOn(open, line)
      : open.kind === 'list' || !interruptingList.test(line)
    if (open.kind !== 'none' && goesOn) return { ...open, blank: false }
    this.#close(open, start, blocks, true)
    return { ...closed, kind: listPattern.test(line) ? 'list' : 'markdown', start }
  }

  /** Whether a line after an empty one belongs to the same block. */
  #goesOn(open: Open, line: string): boolean {
    if (/^(?: {2}|\t)/.test(line)) return true
    return open.kind === 'list' && listPattern.test(line)
  }

  #close(open: Open, end: number, blocks: Block[], isClosed: boolean): void {
    if (open.kind === 'none') return
    const { start, language, codeStart, indent } = open
    if (open.kind !== 'fence') {
      blocks.push({ kind: 'markdown', start, text: this.#text.slice(start, end) })
      return
    }
    const code = this.#text.slice(codeStart, end).replace(/\n$/, '')
    const text = indent === 0 ? code : code.replace(new RegExp(`^ {1,${indent}}`, 'gm'), '')
    blocks.push({ kind: 'code', start, text, language, closed: isClosed })
  }
}

function closesFence(line: string, fence: string): boolean {
  const text = line.trim()
  if (text.length < fence.length || /^(?: {4}|\t)/.test(line)) return false
  for (const character of text) if (character !== fence[0]) return false
  return true
}
