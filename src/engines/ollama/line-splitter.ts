import { ChatterdError } from '../../protocol/errors.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const maxIdleCapacity = 64 * 1024

/** Splits a stream of bytes into lines. A read may contain several lines, or a part of one. */
export interface LineSplitter {
  /** Calls `onLine` for each line that these bytes complete. Throws `engine-failed` on a line that is too long. */
  feed(bytes: Buffer): void
  /** Returns the bytes after the last line end as text, and removes them. */
  rest(): string
}

export interface LineSplitterOptions {
  /** Longest line that is accepted, in bytes. */
  maxLineBytes: number
  /** Called with each line, without its line end (`\n` or `\r\n`). Empty lines are skipped. */
  onLine: (line: string) => void
}

/**
 * Lines are split as bytes and decoded whole, so that a UTF-8 sequence may be split between two reads. An incomplete line is
 * copied into a buffer that doubles its size: many tiny reads cost neither quadratic time nor an object each.
 */
export function createLineSplitter({ maxLineBytes, onLine }: LineSplitterOptions): LineSplitter {
  let pending = Buffer.alloc(0)
  let length = 0

  function append(bytes: Buffer): void {
    if (length + bytes.length > maxLineBytes) {
      throw new ChatterdError(
        'engine-failed',
        `Ollama sent a line of more than ${maxLineBytes} bytes, which is the limit`,
      )
    }
    if (length + bytes.length > pending.length) {
      const grown = Buffer.allocUnsafe(Math.max(2 * pending.length, length + bytes.length, 1024))
      pending.copy(grown, 0, 0, length)
      pending = grown
    }
    bytes.copy(pending, length)
    length += bytes.length
  }

  function takePending(): string {
    const text = decode(pending, 0, length)
    length = 0
    if (pending.length > maxIdleCapacity) pending = Buffer.alloc(0)
    return text
  }

  return {
    feed(bytes) {
      let start = 0
      while (start < bytes.length) {
        const end = bytes.indexOf(lineFeed, start)
        if (end === -1) return append(bytes.subarray(start))
        let line: string
        if (length === 0 && end - start <= maxLineBytes) {
          line = decode(bytes, start, end)
        } else {
          append(bytes.subarray(start, end))
          line = takePending()
        }
        start = end + 1
        if (line !== '') onLine(line)
      }
    },
    rest: takePending,
  }
}

function decode(bytes: Buffer, start: number, end: number): string {
  const last = end > start && bytes[end - 1] === carriageReturn ? end - 1 : end
  return bytes.toString('utf8', start, last)
}
