import { ChatterdError } from '../../protocol/errors.ts'
import type { EngineCall, EnginePart } from '../../turn/ports/engine.ts'
import { createLineSplitter } from './line-splitter.ts'
import { parseLine } from './parse-line.ts'

/** What bytes of a reply were decoded into: parts, and the error of what follows them. */
export interface Decoded {
  parts: EnginePart[]
  /** A `ChatterdError`: `engine-failed` where the reply is malformed, `engine-cut` where its last part is missing. */
  error?: unknown
}

/** Decodes the bytes of one reply of `/api/chat` into its parts. */
export interface ReplyDecoder {
  /** The parts that these bytes complete. */
  feed(bytes: Buffer): Decoded
  /** Must be called after the last bytes. */
  end(): Decoded
  /** True after the part with `done`. Bytes after it are ignored. */
  readonly finished: boolean
}

const nothingToAnswer =
  'There was nothing to answer: Ollama has only loaded the model. A user message is needed.'

/**
 * `maxLineBytes` is the length of the longest line that is accepted. `mayOnlyLoad`: the prompt had no messages, with which Ollama only
 * loads the model.
 */
export function createReplyDecoder(maxLineBytes: number, mayOnlyLoad = false): ReplyDecoder {
  let finished = false
  const seen = new Set<string>()
  let isEmpty = !mayOnlyLoad
  let parts: EnginePart[] = []
  const splitter = createLineSplitter({ maxLineBytes, onLine: readLine })

  function readLine(line: string): void {
    if (finished || line.trim() === '') return
    const part = parseLine(line)
    // So Ollama answers messages of which its model's template makes no prompt, such as a system message alone.
    if (part.done?.reason === 'load' && isEmpty && !(part.text || part.calls))
      throw new ChatterdError('engine-refused', nothingToAnswer)
    isEmpty = false
    if (part.done !== undefined) finished = true
    parts.push(part.calls ? { ...part, calls: part.calls.map((call) => markRepeat(call, seen)) } : part)
  }

  function readRest(rest: string): void {
    try {
      readLine(rest)
    } catch (error) {
      const isIncomplete =
        rest.trimStart().startsWith('{') && error instanceof Error && error.cause instanceof SyntaxError
      if (!isIncomplete) throw error
      throw new ChatterdError('engine-cut', "Ollama's reply ended in the middle of a line")
    }
    if (!finished)
      throw new ChatterdError('engine-cut', "Ollama's reply ended without its last line (done: true)")
  }

  function decode(read: () => void): Decoded {
    parts = []
    try {
      if (!finished) read()
    } catch (error) {
      return { parts, error }
    }
    return { parts }
  }

  return {
    feed: (bytes) => decode(() => splitter.feed(bytes)),
    end: () => decode(() => readRest(splitter.rest())),
    get finished() {
      return finished
    },
  }
}

/** Marks a call that is in `seen`, and adds another one. Calls without an id may be meant twice. */
function markRepeat(call: EngineCall, seen: Set<string>): EngineCall {
  if (call.id === undefined) return call
  const text = JSON.stringify([call.id, call.name, call.arguments])
  if (seen.has(text)) return { ...call, repeats: true }
  seen.add(text)
  return call
}
