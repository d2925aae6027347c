/** Cuts bytes into lines of text, each of a bounded length. */
export class LineReader {
  readonly #maxBytes: number
  readonly #onLine: (line: string) => void
  #chunks: Buffer[] = []
  #bytes = 0

  /** `onLine` gets lines without their ends; those of white space are left out. */
  constructor(maxBytes: number, onLine: (line: string) => void) {
    this.#maxBytes = maxBytes
    this.#onLine = onLine
  }

  /** False where a line is too long: no more must be read. */
  read(chunk: Buffer): boolean {
    let rest = chunk
    for (;;) {
      const end = rest.indexOf('\n')
      const part = end < 0 ? rest : rest.subarray(0, end)
      this.#chunks.push(part)
      this.#bytes += part.length
      if (this.#bytes > this.#maxBytes) return false
      if (end < 0) return true
      const line = Buffer.concat(this.#chunks).toString().trim()
      this.#chunks = []
      this.#bytes = 0
      if (line !== '') this.#onLine(line)
      rest = rest.subarray(end + 1)
    }
  }
}
