import assert from 'node:assert/strict'
import { type EventChunk, eventsOf, type JournalEvent } from '../../../src/protocol/event-chunk.ts'
import type { EventSink } from '../../../src/stream/follow-turn.ts'

/** A client that follows a turn's events after number `after`; fails on a gap and on a repeat. */
export class Follower implements EventSink {
  readonly events: JournalEvent[] = []
  #next: number
  #waiting: { until: (event: JournalEvent) => boolean; resolve(): void }[] = []

  constructor(after = 0) {
    this.#next = after + 1
  }

  write(chunk: EventChunk, from: number): undefined {
    for (const event of eventsOf(chunk, from)) {
      assert.equal(event.number, this.#next, 'events come without gap or repeat')
      this.#next += 1
      this.events.push(event)
    }
    this.#waiting = this.#waiting.filter(({ until, resolve }) => {
      const isThere = this.events.some(until)
      if (isThere) resolve()
      return !isThere
    })
  }

  /** Resolves when such an event has come. */
  async until(is: (event: JournalEvent) => boolean): Promise<void> {
    if (this.events.some(is)) return
    await new Promise<void>((resolve) => this.#waiting.push({ until: is, resolve }))
  }

  get kinds(): string[] {
    return this.events.map(({ name }) => name)
  }

  /** The text that was published, joined. */
  get text(): string {
    const texts = this.events.filter(({ name }) => name === 'text-delta')
    return texts.map(({ data }) => JSON.parse(data).text).join('')
  }
}
