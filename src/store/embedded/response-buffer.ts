/** The length of ReadyForQuery, the message that ends each response to Query and Sync: 'Z', the length 5, the status. */
const readyLength = 6

/** Collects a response of the database, which comes in pieces of a few kilobytes. */
export class ResponseBuffer {
  #pieces: Uint8Array[] = []
  #size = 0
  #lastBytes = Buffer.alloc(0)

  /** How many bytes `take` would return. */
  get size(): number {
    return this.#size
  }

  /** Adds a copy of the piece: the piece itself is a view of memory that the database continues to use. */
  add(piece: Uint8Array): void {
    const copy = piece.slice()
    this.#pieces.push(copy)
    this.#size += copy.length
    this.#lastBytes = Buffer.concat([this.#lastBytes.subarray(-readyLength), copy.subarray(-readyLength)])
  }

  /** Removes and returns all bytes that were added since the last call, in memory of their own. */
  take(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(this.#size)
    let offset = 0
    for (const piece of this.#pieces) {
      bytes.set(piece, offset)
      offset += piece.length
    }
    this.#pieces = []
    this.#size = 0
    return bytes
  }

  /** True where the last bytes that were added are ReadyForQuery. */
  endsWithReady(): boolean {
    const end = this.#lastBytes.subarray(-readyLength)
    return end.length === readyLength && end.toString('latin1', 0, 5) === 'Z\0\0\0\u0005'
  }
}
