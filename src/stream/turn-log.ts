import { type EventChunk, eventRecord, nextNumber } from '../protocol/event-chunk.ts'
import type { Delta, TurnEvent } from '../protocol/events.ts'

/** Characters of records that stay in memory though they are in the journal, for followers that have just come. */
const recentChars = 16_384
/** Characters up to which text deltas are joined to one event, and records to one chunk; a single one may be longer. */
const joinedChars = 65_536

/** The chunks that are written together with an outcome. */
export interface StagedChunks {
  /** All that is not in the journal, in order; the last is `own`. */
  chunks: EventChunk[]
  own: EventChunk
}

/**
 * The newest events of a turn that runs here, numbered. Events are encoded when they are needed: until then, deltas that follow
 * each other become one event. Chunks that are in flight to the journal stay the same until it has them, so that a repeated write
 * changes nothing.
 */
export class TurnLog {
  #next: number
  #written: number
  /** Not encoded yet. */
  #pending: TurnEvent[] = []
  /** Encoded, in order: what the journal has; what is in flight to it; and the rest. */
  #recent: EventChunk[] = []
  #inFlight: EventChunk[] = []
  #encoded: EventChunk[] = []
  #recentSize = 0

  /** `written`: how many events the journal has. `recent`: the last of them, those that memory is to hold. */
  constructor(written: number, recent: readonly EventChunk[] = []) {
    this.#written = written
    this.#next = written + 1
    this.#remember(recent)
  }

  /** Number of the last event. */
  get last(): number {
    this.encodePending()
    return this.#next - 1
  }

  /** How many events the journal does not have. */
  get unjournaled(): number {
    return this.#next - 1 - this.#written + this.#pending.length
  }

  /** How many of these can be added, from the first on, with no more than `most` that the journal does not have. */
  fitting(events: readonly TurnEvent[], most: number): number {
    let count = this.unjournaled
    let last = this.#pending.at(-1)
    for (const [index, event] of events.entries()) {
      if (isDelta(event) && (event.text === '' || (last && joins(last, event)))) continue
      count += 1
      if (count > most) return index
      last = event
    }
    return events.length
  }

  add(events: readonly TurnEvent[]): void {
    addTo(this.#pending, events)
  }

  /** Numbers and encodes the pending events; undefined where there are none. */
  encodePending(): EventChunk | undefined {
    if (this.#pending.length === 0) return undefined
    const chunk = encode(this.#next, this.#pending)
    this.#pending = []
    this.#encoded.push(chunk)
    this.#next = nextNumber(chunk)
    return chunk
  }

  /** All chunks that the journal does not have, in order; they are in flight from now on. */
  unwritten(): EventChunk[] {
    this.encodePending()
    let last: EventChunk | undefined
    for (const chunk of this.#encoded) {
      if (last && last.records.length + chunk.records.length <= joinedChars) {
        last.count += chunk.count
        last.records += chunk.records
      } else {
        last = { ...chunk }
        this.#inFlight.push(last)
      }
    }
    this.#encoded = []
    return [...this.#inFlight]
  }

  /** Numbers events that are published once they are written. None may be added until then. */
  stage(events: readonly TurnEvent[]): StagedChunks {
    const before = this.unwritten()
    const own = encode(this.#next, addTo([], events))
    return { chunks: [...before, own], own }
  }

  /** The journal has what was staged. */
  confirm({ own }: StagedChunks): void {
    this.written(own.first - 1)
    this.append(own)
  }

  /** Takes events that the store has numbered and appended to the journal. */
  append(chunk: EventChunk): void {
    this.#next = nextNumber(chunk)
    this.#written = this.#next - 1
    this.#remember([chunk])
  }

  /** The journal has all events up to this number. */
  written(number: number): void {
    if (number <= this.#written) return
    this.#written = number
    const kept = this.#inFlight.filter((chunk) => nextNumber(chunk) > number + 1)
    this.#remember(this.#inFlight.slice(0, this.#inFlight.length - kept.length))
    this.#inFlight = kept
  }

  /** Chunks with all events from this number on; undefined where memory does not hold them any more. */
  since(number: number): EventChunk[] | undefined {
    this.encodePending()
    if (number >= this.#next) return []
    const held = [...this.#recent, ...this.#inFlight, ...this.#encoded].filter(
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
  let records = ''
  for (const event of events) records += eventRecord(event)
  return { first, count: events.length, records }
}

/** True where a delta can be joined to the one before. */
function joins(before: TurnEvent, event: Delta): before is Delta {
  return before.type === event.type && before.text.length + event.text.length <= joinedChars
}

/** Adds events; deltas that follow each other become one, empty ones are left out. */
function addTo(list: TurnEvent[], events: readonly TurnEvent[]): TurnEvent[] {
  for (const event of events) {
    const last = list.at(-1)
    if (!isDelta(event)) list.push(event)
    else if (event.text === '') continue
    else if (last && joins(last, event)) list[list.length - 1] = { ...event, text: last.text + event.text }
    else list.push(event)
  }
  return list
}

function isDelta(event: TurnEvent): event is Delta {
  return event.type === 'text-delta' || event.type === 'thinking-delta'
}
