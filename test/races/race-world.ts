import type { ConversationKey } from '../../src/protocol/conversation-key.ts'
import { ChatterdError } from '../../src/protocol/errors.ts'
import type { StoreNotification } from '../../src/turn/ports/event-journal.ts'
import type { Asked, Subscriber } from './clients.ts'
import { Observations } from './observations.ts'
import type { RaceDatabase } from './race-database.ts'
import { RaceProcess } from './race-process.ts'
import { Scheduler } from './scheduler.ts'
import type { SignalTap } from './signal-tap.ts'
import { inRealTime, VirtualClock } from './virtual-clock.ts'

/** A prompt that was posted. */
export interface Post {
  content: string
  conversation: string
  key: string | undefined
  asked: Asked
}

/** Results that were posted, all of one turn. */
export interface PostedResults {
  turn: string
  results: { callId: string; output: string }[]
  asked: Asked
}

/** One run: processes, clients and time, on a database that holds nothing else. */
export class RaceWorld {
  readonly clock = new VirtualClock()
  readonly scheduler = new Scheduler()
  readonly observed = new Observations()
  readonly database: RaceDatabase
  /** Those that live, by their place. */
  readonly processes: RaceProcess[] = []
  /** Those too that were killed. */
  readonly all: RaceProcess[] = []
  readonly posts: Post[] = []
  readonly results: PostedResults[] = []
  readonly subscribers: Subscriber[] = []
  /** Conversations that somebody emptied or removed. */
  readonly emptied = new Set<string>()
  /** Turns that somebody wanted to be cancelled, and those of which it was confirmed. */
  readonly unwanted = new Set<string>()
  readonly cancelled = new Set<string>()
  /** Processes that have lost their lease some time. */
  readonly expired = new Set<RaceProcess>()
  /** Requests that have no answer yet, and who is asked. */
  readonly open = new Map<Promise<unknown>, RaceProcess>()
  /** What should never have been seen. */
  readonly faults: string[] = []
  #moments = 0

  constructor(database: RaceDatabase) {
    this.database = database
    const { tap } = database
    if (tap) this.observed.afterStatement = () => this.#tellSignals(tap)
  }

  readonly moment = (): number => ++this.#moments

  /** One on the embedded database, which has one owner; two on PostgreSQL. */
  async start(): Promise<void> {
    await this.query('delete from chatterd.conversations')
    await this.query('delete from chatterd.runners')
    for (const place of this.database.pools.keys()) this.replace(place)
  }

  /** A new process takes a place; what comes of its first sign of life is its own. */
  replace(place: number): void {
    const { pools, isAlone } = this.database
    const pool = pools[place]
    if (!pool) throw new Error(`there is no place ${place}`)
    const name = `${'AB'[place]}${this.all.length}`
    const process = new RaceProcess(name, pool, isAlone, this.scheduler, this.observed)
    this.processes[place] = process
    this.all.push(process)
    void process.beat()
  }

  readonly process = (place: number): RaceProcess => {
    const process = this.processes[place % this.processes.length]
    if (!process) throw new Error('no process has been started')
    return process
  }

  /** One of the turns that were begun, the newest first. */
  turn(pick: number): string | undefined {
    const turns = [...this.observed.begun.keys()]
    return turns.at(-1 - (pick % Math.max(1, turns.length)))
  }

  conversation(place: number): ConversationKey {
    return { tenant: '', name: place === 0 ? 'talk' : 'chat' }
  }

  readonly query = <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    this.scheduler.work(() => inRealTime(() => this.database.query<Row>(text, values)))

  /** A request that is in flight; whoever is told nothing but an error of ours was not told rightly. */
  ask(by: RaceProcess, answered: Promise<unknown>): void {
    this.open.set(answered, by)
    const done = () => this.open.delete(answered)
    answered.then(done, (error: unknown) => {
      done()
      if (!(error instanceof ChatterdError)) this.faults.push(`a request failed: ${error}`)
    })
  }

  /** A process stands still for longer than its lease; another, if there is one, sees to what it ran. */
  async overtake(place: number): Promise<void> {
    const slow = this.process(place)
    slow.pause()
    this.expired.add(slow)
    await slow.expire()
    const other = this.process(place + 1)
    if (!other.isPaused) await other.beatAtOnce()
  }

  /** Ends a process, with all that it does; another takes its place. */
  kill(place: number): void {
    const killed = this.process(place)
    killed.kill()
    for (const { asked } of [...this.posts, ...this.results])
      if (asked.by === killed && asked.standing === 'pending') asked.standing = 'lost'
    for (const subscriber of this.subscribers) if (subscriber.at === killed) subscriber.leave()
    for (const [answered, by] of this.open) if (by === killed) this.open.delete(answered)
    this.replace(place % this.processes.length)
  }

  async #tellSignals(tap: SignalTap): Promise<void> {
    const told = await this.scheduler.work(() => inRealTime(() => tap.fetch()))
    for (const { runner, ...signal } of told) {
      const listeners = this.processes.filter((one) => runner === undefined || one.runner === runner)
      for (const process of listeners) void process.hear(signal as StoreNotification)
    }
  }
}
