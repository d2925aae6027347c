import { hold } from './turn-record.ts'

/** Where a stream goes as it is read. */
export interface SseTargets {
  /** An event, without its empty line. */
  onEvent(raw: string): void
  /** A comment, without its colon. */
  onComment(text: string): void
}

/** Reads the bytes of a stream as strictly as it is written. Throws a `Violation` at anything else. */
export class SseReader {
  readonly #targets: SseTargets
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  /** Of an event that is not whole yet. */
  #rest: string[] = []

  constructor(targets: SseTargets) {
    this.#targets = targets
  }

  feed(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true })
    // An event of many megabytes comes in many pieces, and is put together once.
    if (!text.includes('\n')) return void this.#rest.push(text)
    const parts = [...this.#rest, text].join('').split('\n\n')
    this.#rest = [parts.pop() ?? '']
    for (const part of parts) {
      hold(!part.includes('\r'), `a carriage return: ${part}`)
      if (part.startsWith(': ') && !part.includes('\n')) this.#targets.onComment(part.slice(2))
      else this.#targets.onEvent(part)
    }
  }

  /** The response has ended: no event is incomplete. */
  end(): void {
    const rest = this.#rest.join('')
    hold(rest === '', `the stream ended within an event: ${rest}`)
  }
}
