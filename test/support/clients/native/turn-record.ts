import assert from 'node:assert/strict'
import type { TurnEvent } from '../../../../src/protocol/events.ts'
import { isJsonObject, type JsonObject } from '../../../../src/protocol/json.ts'

/** One event as a client saw it. */
export interface SeenEvent {
  n: number
  name: TurnEvent['type']
  data: JsonObject
  /** All its bytes, as they came. */
  raw: string
}

/** A stream that is not what the protocol promises. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** Throws a `Violation`. */
export function hold(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Violation(message)
}

const names = new Set<string>([
  ...['turn-start', 'step-start', 'text-delta', 'thinking-delta', 'logprobs'],
  ...['call-start', 'call-approved', 'call-end'],
  ...['step-end', 'turn-waiting', 'notice', 'turn-end'],
])

/** What one client has seen of one turn, over as many connections as it took: numbered on without gap or repeat. */
export class TurnRecord {
  /** The id, once it is known. */
  turn: string | undefined
  readonly events: SeenEvent[] = []
  readonly comments: string[] = []
  /** Number of the last event that is known. */
  last: number

  /** `after`: the number of the last event that is known already. */
  constructor(turn?: string, after = 0) {
    this.turn = turn
    this.last = after
  }

  /** The turn's last event, once it was seen. */
  get end(): SeenEvent | undefined {
    const last = this.events.at(-1)
    return last?.name === 'turn-end' ? last : undefined
  }

  /** All text that was seen. */
  get text(): string {
    return textOf(this.events, 'text-delta')
  }

  /** Takes a frame as it came, without its empty line. Throws a `Violation` where it is not the next one of this turn. */
  take(raw: string): void {
    const [, turn, number, name = '', json] =
      /^id: ([\da-f-]{36}):([1-9]\d*)\nevent: ([a-z-]+)\ndata: (.*)$/.exec(raw) ?? []
    hold(turn && json !== undefined, `no event of a turn: ${raw}`)
    hold(names.has(name), `an unknown event: ${raw}`)
    this.turn ??= turn
    hold(turn === this.turn, `an event of another turn: ${raw}`)
    hold(!this.end, `an event after the last one: ${raw}`)
    hold(Number(number) === this.last + 1, `a gap or a repeat: after ${this.last} came ${raw}`)
    const data: unknown = JSON.parse(json)
    hold(isJsonObject(data), `data that is no object: ${raw}`)
    this.last += 1
    this.events.push({ n: this.last, name: name as SeenEvent['name'], data, raw })
  }

  /** The bytes of all events. */
  bytes(): string {
    return this.events.map(({ raw }) => raw).join('\n\n')
  }

  /** Asserts that this client has seen the turn end with this status. */
  endedAs(status: string): SeenEvent {
    const { end } = this
    assert.ok(end, `the turn has not ended: ${this.events.at(-1)?.raw}`)
    assert.equal(end.data.status, status, end.raw)
    return end
  }
}

/** The texts of these deltas, one after the other. */
export function textOf(events: readonly SeenEvent[], name: 'text-delta' | 'thinking-delta'): string {
  return events
    .filter((event) => event.name === name)
    .map(({ data }) => data.text)
    .join('')
}
