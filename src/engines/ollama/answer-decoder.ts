import { ChatterdError } from '../../protocol/errors.ts'
import type { EnginePart } from '../../turn/ports/engine.ts'
import { createLineSplitter } from './line-splitter.ts'
import { parseLine } from './parse-line.ts'

/** Turns the bytes of one answer into its parts. */
export interface AnswerDecoder {
  /** Calls `onPart` for each part that these bytes complete. Throws `engine-failed` where the answer cannot be read. */
  feed(bytes: Uint8Array): void
  /** To be called when no more bytes come. Throws `engine-cut` where the last part is missing. */
  end(): void
  /** True once the part with `done` was given. What comes after it is ignored. */
  readonly finished: boolean
}

/** `maxLineBytes` is the longest line that is taken. */
export function createAnswerDecoder(options: {
  maxLineBytes: number
  onPart: (part: EnginePart) => void
}): AnswerDecoder {
  let finished = false
  const splitter = createLineSplitter({ maxLineBytes: options.maxLineBytes, onLine: read })

  function read(line: string): void {
    if (finished || line.trim() === '') return
    const part = parseLine(line)
    if (part.done !== undefined) finished = true
    options.onPart(part)
  }

  function readRest(rest: string): void {
    try {
      read(rest)
    } catch (error) {
      const broken =
        rest.trimStart().startsWith('{') && error instanceof Error && error.cause instanceof SyntaxError
      if (!broken) throw error
      throw new ChatterdError('engine-cut', "Ollama's answer broke off in the middle of a line")
    }
  }

  return {
    feed(bytes) {
      if (!finished) splitter.feed(bytes)
    },
    end() {
      if (finished) return
      readRest(splitter.rest())
      if (!finished)
        throw new ChatterdError('engine-cut', "Ollama's answer ended without its last line (done: true)")
    },
    get finished() {
      return finished
    },
  }
}
