import type { ClientEvent } from '../../client/types.ts'

/** A line of the wire panel: one event, or several deltas of the same kind in a row. */
export interface WireRow {
  /** Counts all lines from 0. */
  id: number
  type: ClientEvent['type']
  /** Number of the first event and of the last; undefined for what the stream does not number. */
  first: number | undefined
  last: number | undefined
  /** Milliseconds since the first event. */
  ms: number
  count: number
  /** The first of them; `count` has how many there were. */
  events: ClientEvent[]
}

/** Rows are drawn by blocks, so that a new event draws one block and not all. A block that grows is a new array. */
export type WireBlock = readonly WireRow[]

const rowsInBlock = 100
const mostBlocks = 20
const mostGrouped = 200
const grouped = /^(?:text-delta|thinking-delta|logprobs)$/

/** The newest 2,000 lines of a turn's events. */
export class EventLog {
  blocks: readonly WireBlock[] = []
  /** Lines that were left out, because they are too old. */
  left = 0
  /** All events. */
  count = 0
  #nextId = 0
  #startedAt = 0

  add(event: ClientEvent): void {
    if (this.count === 0) this.#startedAt = event.at
    this.count += 1
    const block = this.blocks.at(-1) ?? []
    const row = block.at(-1)
    if (row && row.type === event.type && grouped.test(event.type))
      this.#replaceLast(block, extendRow(row, event))
    else this.#append(block, this.#rowOf(event))
  }

  #rowOf(event: ClientEvent): WireRow {
    const number = numberOf(event)
    const row = { id: this.#nextId, type: event.type, first: number, last: number, count: 1, events: [event] }
    this.#nextId += 1
    return { ...row, ms: Math.max(0, event.at - this.#startedAt) }
  }

  #append(block: WireBlock, row: WireRow): void {
    if (block.length > 0 && block.length < rowsInBlock) this.#replaceBlock([...block, row])
    else this.blocks = [...this.blocks, [row]]
    const [oldest] = this.blocks
    if (this.blocks.length <= mostBlocks || !oldest) return
    this.blocks = this.blocks.slice(1)
    this.left += oldest.length
  }

  #replaceLast(block: WireBlock, row: WireRow): void {
    this.#replaceBlock([...block.slice(0, -1), row])
  }

  #replaceBlock(block: WireBlock): void {
    this.blocks = [...this.blocks.slice(0, -1), block]
  }
}

function extendRow(row: WireRow, event: ClientEvent): WireRow {
  const events = row.events.length < mostGrouped ? [...row.events, event] : row.events
  return { ...row, last: numberOf(event), count: row.count + 1, events }
}

function numberOf(event: ClientEvent): number | undefined {
  return 'number' in event ? event.number : undefined
}
