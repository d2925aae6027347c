import { type EventChunk, eventRecord, nextNumber } from '../protocol/event-chunk.ts'
import type { Delta, TurnEvent } from '../protocol/events.ts'

/** Characters of events that are in the journal already and still kept, for those who join just now. */
const recentChars = 16_384
/** Characters that pieces of text are joined to, and events to one chunk; a single one may be longer. */
const joinedChars = 65_536

/** Events that are told only once their outcome is stored, with all that has to be stored before them. */
export interface Staged {
  /** What is not in the journal, in order; the last is `own`. */
  chunks: EventChunk[]
  own: EventChunk
}

/**
 * The newest events of a turn that runs here, numbered. Events are encoded when somebody wants them: until then, pieces of text
 * that follow each other become one event. Those that were handed out to be written are handed out again in the same pieces
 * until they are known to be in the journal, so that nothing is written twice.
 */
export class TurnLog {
  #next: number
  #written: number
  /** Not encoded yet. */
  #tail: TurnEvent[] = []
  /** Encoded, in order: in the journal; handed out; and neither. */
  #recent: EventChunk[] = []
  #handed: EventChunk[] = []
  #fresh: EventChunk[] = []
  #recentSize = 0

  /** `written` events are in the journal; `known` are the last of them, as far as they are at hand. */
  constructor(written: number, known: readonly EventChunk[] = []) {
    this.#written = written
    this.#next = written + 1
    this.#remember(known)
  }

  /** How many events are not in the journal. */
  get ahead(): number {
    return this.#next - 1 - this.#written + this.#tail.length
  }

  /** How many of these can be added, from the first on, so that no more than `most` are not in the journal. */
  fitting(events: readonly TurnEvent[], most: number): number {
    let count = this.ahead
    let last = this.#tail.at(-1)
    for (const [place, event] of events.entries()) {
      if (isDelta(event) && (event.text === '' || (last && joins(last, event)))) continue
      count += 1
      if (count > most) return place
      last = event
    }
    return events.length
  }

  add(events: readonly TurnEvent[]): void {
    addTo(this.#tail, events)
  }

  /** Numbers and encodes what was added last; undefined where that is nothing. */
  seal(): EventChunk | undefined {
    if (this.#tail.length === 0) return undefined
    const chunk = encode(this.#next, this.#tail)
    this.#tail = []
    this.#fresh.push(chunk)
    this.#next = nextNumber(chunk)
    return chunk
  }

  /** What is not in the journal, in order, to be written. */
  unwritten(): EventChunk[] {
    this.seal()
    let last: EventChunk | undefined
    for (const chunk of this.#fresh) {
      if (last && last.records.length + chunk.records.length <= joinedChars) {
        last.count += chunk.count
        last.records += chunk.records
      } else {
        last = { ...chunk }
        this.#handed.push(last)
      }
    }
    this.#fresh = []
    return [...this.#handed]
  }

  /** Numbers events that are to be told when they are written, and not before. Nothing is to be added meanwhile. */
  stage(events: readonly TurnEvent[]): Staged {
    const before = this.unwritten()
    const own = encode(this.#next, addTo([], events))
    return { chunks: [...before, own], own }
  }

  /** What was staged is in the journal. */
  confirm({ own }: Staged): void {
    this.written(own.first - 1)
    this.append(own)
  }

  /** Takes what the journal has from elsewhere. */
  append(chunk: EventChunk): void {
    this.#next = nextNumber(chunk)
    this.#written = this.#next - 1
    this.#remember([chunk])
  }

  /** All events up to this number are in the journal. */
  written(number: number): void {
    if (number <= this.#written) return
    this.#written = number
    const kept = this.#handed.filter((chunk) => nextNumber(chunk) > number + 1)
    this.#remember(this.#handed.slice(0, this.#handed.length - kept.length))
    this.#handed = kept
  }

  /** Chunks that hold all events from this number on; undefined where the journal has to be asked. */
  since(number: number): EventChunk[] | undefined {
    this.seal()
    if (number >= this.#next) return []
    const held = [...this.#recent, ...this.#handed, ...this.#fresh].filter(
      (chunk) => nextNumber(chunk) > number,
    )
    return held[0] && held[0].first <= number ? held : undefined
  }

  #remember(chunks: readonly EventChunk[]): void {
    for (const chunk of chunks) {
      this.#recent.push(chunk)
      this.#recentSize += chunk.records.length
    }
    while (this.#recentSize > recentChars) this.#recentSize -= this.#recent.shift()?.records.length ?? 0
  }
}

function encode(first: number, events: readonly TurnEvent[]): EventChunk {
  let body = ''
  for (const event of events) body += eventRecord(event)
  return { first, count: events.length, records: body }
}

/** True where a piece goes on with the one before, and both together are not too long. */
function joins(before: TurnEvent, event: Delta): before is Delta {
  return before.type === event.type && before.text.length + event.text.length <= joinedChars
}

/** Adds events, pieces of text that follow each other as one; empty ones are none. */
function addTo(tail: TurnEvent[], events: readonly TurnEvent[]): TurnEvent[] {
  for (const event of events) {
    const last = tail.at(-1)
    if (!isDelta(event)) tail.push(event)
    else if (event.text === '') continue
    else if (last && joins(last, event)) tail[tail.length - 1] = { ...event, text: last.text + event.text }
    else tail.push(event)
  }
  return tail
}

function isDelta(event: TurnEvent): event is Delta {
  return event.type === 'text-delta' || event.type === 'thinking-delta'
}
