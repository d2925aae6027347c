import { write, writeSync } from 'node:fs'

/** How long lines are collected, so that many are written at once, and how long a write may take that the end of the process waits for, in ms. */
const collectMs = 100
const patienceMs = 1_000
/** Bytes of lines that wait to be written; with more, lines are lost. */
const maxBytes = 4_194_304

/**
 * Writes lines to a file descriptor without ever keeping the event loop waiting: neither for a disk that is full, nor for a pipe that
 * nobody reads. `onLost` is called with the number of lines that were lost, and why, once lines can be written again.
 */
export class LogOutput {
  readonly #fd: number
  readonly #onLost: (lines: number, reason: string) => void
  #waiting: string[] = []
  #bytes = 0
  #lost = 0
  #reason = ''
  #timer: NodeJS.Timeout | undefined
  /** When the write in progress began, with all of its tries. */
  #writingSince: number | undefined

  constructor(fd: number, onLost: (lines: number, reason: string) => void) {
    this.#fd = fd
    this.#onLost = onLost
  }

  write(line: string): void {
    if (this.#bytes + line.length > maxBytes) {
      this.#lose(1, 'what came before could not be written in time')
      return
    }
    this.#waiting.push(line)
    this.#bytes += line.length
    this.#timer ??= setTimeout(() => this.#writeAll(), collectMs).unref()
  }

  /** Writes what waits, for the end of the process. Does not wait for a write that hangs. */
  flush(): void {
    if (this.#writingSince !== undefined && performance.now() - this.#writingSince > patienceMs) return
    try {
      let rest = Buffer.from(this.#takeAll().join(''))
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#fd, rest))
    } catch {
      // There is nowhere left to say it.
    }
  }

  #writeAll(): void {
    this.#timer = undefined
    if (this.#writingSince !== undefined) return
    const lines = this.#takeAll()
    if (lines.length === 0) return
    this.#writingSince = performance.now()
    this.#write(Buffer.from(lines.join('')), lines.length)
  }

  #write(bytes: Buffer, lines: number): void {
    write(this.#fd, bytes, (error, written) => {
      if (!error && written < bytes.length) return this.#write(bytes.subarray(written), lines)
      if (error?.code === 'EAGAIN') {
        setTimeout(() => this.#write(bytes, lines), collectMs).unref()
        return
      }
      this.#writingSince = undefined
      if (error) this.#lose(lines, error.message)
      else this.#reportLost()
      if (this.#waiting.length > 0) this.#timer ??= setTimeout(() => this.#writeAll(), collectMs).unref()
    })
  }

  #takeAll(): string[] {
    const taken = this.#waiting
    this.#waiting = []
    this.#bytes = 0
    return taken
  }

  #lose(lines: number, reason: string): void {
    this.#lost += lines
    this.#reason = reason
  }

  #reportLost(): void {
    if (this.#lost === 0) return
    const lost = this.#lost
    this.#lost = 0
    this.#onLost(lost, this.#reason)
  }
}
