import { ChatterdError } from '../../protocol/errors.ts'
import type { EngineCall, EnginePart } from '../../turn/ports/engine.ts'
import { createLineSplitter } from './line-splitter.ts'
import { parseLine } from './parse-line.ts'

/** Decodes the bytes of one reply of `/api/chat` into its parts. */
export interface ReplyDecoder {
  /** Calls `onPart` for each part that these bytes complete. Throws `engine-failed` where the reply is malformed. */
  feed(bytes: Uint8Array): void
  /** Must be called after the last bytes. Throws `engine-cut` where the last part is missing. */
  end(): void
  /** True after the part with `done`. Bytes after it are ignored. */
  readonly finished: boolean
}

/** `maxLineBytes` is the length of the longest line that is accepted. */
export function createReplyDecoder(options: {
  maxLineBytes: number
  onPart: (part: EnginePart) => void
}): ReplyDecoder {
  let finished = false
  const seen = new Set<string>()
  const splitter = createLineSplitter({ maxLineBytes: options.maxLineBytes, onLine: readLine })

  function readLine(line: string): void {
    if (finished || line.trim() === '') return
    const part = parseLine(line)
    if (part.done !== undefined) finished = true
    options.onPart(part.calls ? { ...part, calls: part.calls.map((call) => markRepeat(call, seen)) } : part)
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
  }

  return {
    feed(bytes) {
      if (!finished) splitter.feed(bytes)
    },
    end() {
      if (finished) return
      readRest(splitter.rest())
      if (!finished)
        throw new ChatterdError('engine-cut', "Ollama's reply ended without its last line (done: true)")
    },
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
