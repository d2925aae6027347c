/** Length of ReadyForQuery, the message that ends every answer to Query and Sync: 'Z', length 5, status. */
const readyLength = 6

/** Bytes of one answer on their way out, as they come from the database in pieces of a few kilobytes. */
export interface AnswerParts {
  /** Takes the next piece; copies it, since it is a view of memory that the database goes on using. */
  add(piece: Uint8Array): void
  /** What has been gathered since the last time, in memory of its own. */
  take(): Uint8Array<ArrayBuffer>
  /** Bytes that `take` would give. */
  size(): number
  /** True when the last bytes added are ReadyForQuery. */
  endsReady(): boolean
}

/** Gathers the pieces of one answer. */
export function gatherAnswer(): AnswerParts {
  let pieces: Uint8Array[] = []
  let size = 0
  let tail = Buffer.alloc(0)
  return {
    add(piece) {
      const copy = piece.slice()
      pieces.push(copy)
      size += copy.length
      tail = Buffer.concat([tail.subarray(-readyLength), copy.subarray(-readyLength)])
    },
    take() {
      const bytes = new Uint8Array(size)
      let at = 0
      for (const piece of pieces) {
        bytes.set(piece, at)
        at += piece.length
      }
      pieces = []
      size = 0
      return bytes
    },
    size: () => size,
    endsReady: () => {
      const end = tail.subarray(-readyLength)
      return end.length === readyLength && end.toString('latin1', 0, 5) === 'Z\0\0\0\u0005'
    },
  }
}
