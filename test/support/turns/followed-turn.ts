import { type EventChunk, eventRecord, eventsOf, nextNumber } from '../../../src/protocol/event-chunk.ts'
import type { TurnEvent, TurnStatus } from '../../../src/protocol/events.ts'
import type { FollowPorts } from '../../../src/stream/follow-turn.ts'
import { LiveTurn } from '../../../src/stream/live-turn.ts'
import { Notifier } from '../../../src/stream/notifier.ts'
import type { JournalPage, JournalWant } from '../../../src/turn/ports/event-journal.ts'
import type { TurnState } from '../../../src/turn/ports/turn-state.ts'
import { delta } from './delta.ts'
import { conversation, request } from './scripted-turn.ts'

/** A turn as a process begins to run it. */
export function stateOf(id: string, events = 1): TurnState {
  const log = { log: [], pinned: 0, promptFrom: 1, deviceTools: [], approvedTools: [], results: [] }
  return { ...{ id, run: 1, conversation, request, status: 'running', step: 0, lastEvent: events }, ...log }
}

/** A turn `t` with its journal, as a test runs it: in this process, or in another one. */
export class FollowedTurn {
  chunks: EventChunk[] = []
  status: TurnStatus = 'running'
  pruned = false
  isThere = true
  /** The turn, while it runs here. */
  live: LiveTurn | undefined
  /** The reads of the journal. */
  readonly reads: JournalWant[] = []
  /** Called when the journal is read, before and after it has looked. */
  beforeRead: () => Promise<void> | void = () => undefined
  afterRead: (page: JournalPage) => Promise<void> | void = () => undefined
  /** Chunks in one page. */
  pageSize = 1_000
  readonly notifier = new Notifier()
  readonly closing = new AbortController()
  readonly ports: FollowPorts

  constructor(pollMs = 60_000) {
    this.ports = {
      live: (turn) => (turn === 't' ? this.live : undefined),
      read: (want) => this.#read(want),
      ...{ notifier: this.notifier, pollMs, closing: this.closing.signal },
    }
    this.elsewhere(false, { type: 'turn-start', turn: 't', conversation: 'talk', model: 'm' })
  }

  /** Number of the last event in the journal. */
  get events(): number {
    const last = this.chunks.at(-1)
    return last ? nextNumber(last) - 1 : 0
  }

  /** All that the journal has. */
  get journal() {
    return this.chunks.flatMap((chunk) => eventsOf(chunk))
  }

  run(): LiveTurn {
    this.status = 'running'
    this.live = new LiveTurn(stateOf('t', this.events), {
      maxUnjournaledEvents: 64,
      onPending: () => undefined,
    })
    this.notifier.notify('t')
    return this.live
  }

  publish(text: string): void {
    this.live?.publish([delta(text)])
  }

  /** Writes what is not in the journal yet, as the journal's writer does. */
  write(): void {
    const chunks = this.live?.log.unwritten() ?? []
    this.#keep(chunks)
    const last = chunks.at(-1)
    if (last) this.live?.written(nextNumber(last) - 1)
  }

  /** Stores an outcome, and where the turn has ended or waits then, this process has done with it. */
  async commit(...events: TurnEvent[]): Promise<void> {
    const { live } = this
    const staged = live?.stage(events)
    if (staged) {
      this.#keep(staged.chunks)
      live?.publishStaged(staged)
    }
    const last = events.at(-1)
    if (last?.type !== 'turn-end' && last?.type !== 'turn-waiting') return
    this.status = last.type === 'turn-end' ? last.status : 'waiting'
    this.live = undefined
    live?.finish()
  }

  /** It is gone with its conversation, and its process learns that. */
  remove(): void {
    const { live } = this
    Object.assign(this, { isThere: false, live: undefined, chunks: [] })
    live?.finish()
    this.notifier.notify('t')
  }

  /** Another process publishes this; `notified`: its notification comes here. */
  elsewhere(notified: boolean, ...events: TurnEvent[]): void {
    const body = events.map(eventRecord).join('')
    this.#keep([{ first: this.events + 1, count: events.length, records: body }])
    const last = events.at(-1)
    if (last?.type === 'turn-end') this.status = last.status
    if (notified) this.notifier.notify('t')
  }

  #keep(chunks: readonly EventChunk[]): void {
    for (const chunk of chunks)
      if (nextNumber(chunk) > this.events + 1) this.chunks.push(structuredClone(chunk))
  }

  async #read(want: JournalWant): Promise<JournalPage> {
    this.reads.push(want)
    await this.beforeRead()
    const chunks = this.chunks.filter((chunk) => nextNumber(chunk) > want.after + 1).slice(0, this.pageSize)
    const isThere = want.turn === 't' && this.isThere
    const page = { turn: want.turn, status: isThere ? this.status : undefined, pruned: this.pruned, chunks }
    await this.afterRead(page)
    return page
  }
}
