import type { ConversationKey } from '../../src/protocol/conversation-key.ts'
import { ChatterdError } from '../../src/protocol/errors.ts'
import type { StoreNotification } from '../../src/turn/ports/event-journal.ts'
import type { ClientRequest, Subscriber } from './clients.ts'
import type { NotificationTap } from './notification-tap.ts'
import { Observations } from './observations.ts'
import type { RaceDatabase } from './race-database.ts'
import { RaceProcess } from './race-process.ts'
import { Scheduler } from './scheduler.ts'
import { inRealTime, VirtualClock } from './virtual-clock.ts'

/** A prompt that was posted. */
export interface Post {
  content: string
  conversation: string
  key: string | undefined
  request: ClientRequest
}

/** Results that were posted, all of one turn. */
export interface PostedResults {
  turn: string
  results: { callId: string; output: string }[]
  request: ClientRequest
}

/** Decisions that were posted, all about calls of one turn. */
export interface PostedApprovals {
  turn: string
  calls: string[]
  approve: boolean
  request: ClientRequest
}

/** One run: processes, clients and time, on a database that holds nothing else. */
export class RaceWorld {
  readonly clock = new VirtualClock()
  readonly scheduler = new Scheduler()
  readonly observed = new Observations()
  readonly database: RaceDatabase
  /** The processes that live, by index. */
  readonly processes: RaceProcess[] = []
  /** Those too that were killed. */
  readonly all: RaceProcess[] = []
  readonly posts: Post[] = []
  readonly results: PostedResults[] = []
  readonly approvals: PostedApprovals[] = []
  readonly subscribers: Subscriber[] = []
  /** Conversations that a client has emptied or removed. */
  readonly emptied = new Set<string>()
  /** Turns that a client asked to cancel, and those of which that was confirmed. */
  readonly unwanted = new Set<string>()
  readonly cancelled = new Set<string>()
  /** Processes that have lost their lease at some time. */
  readonly expired = new Set<RaceProcess>()
  /** Requests that have no response yet, and their processes. */
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
    for (const processIndex of this.database.pools.keys()) this.replace(processIndex)
  }

  /** Starts a process with this index, which sends its first heartbeat. */
  replace(processIndex: number): void {
    const { pools, isAlone } = this.database
    const pool = pools[processIndex]
    if (!pool) throw new Error(`there is no process ${processIndex}`)
    const name = `${'AB'[processIndex]}${this.all.length}`
    const process = new RaceProcess(name, pool, isAlone, this.scheduler, this.observed)
    this.processes[processIndex] = process
    this.all.push(process)
    void process.beat()
  }

  readonly process = (processIndex: number): RaceProcess => {
    const process = this.processes[processIndex % this.processes.length]
    if (!process) throw new Error('no process has been started')
    return process
  }

  /** One of the turns that were begun, the newest first. */
  turn(pick: number): string | undefined {
    const turns = [...this.observed.begun.keys()]
    return turns.at(-1 - (pick % Math.max(1, turns.length)))
  }

  conversation(processIndex: number): ConversationKey {
    return { tenant: '', name: processIndex === 0 ? 'talk' : 'chat' }
  }

  readonly query = <Row>(text: string, values: unknown[] = []): Promise<Row[]> =>
    this.scheduler.work(() => inRealTime(() => this.database.query<Row>(text, values)))

  /** A request that waits for its response; one that fails of a bug is a fault. */
  ask(by: RaceProcess, settled: Promise<unknown>): void {
    this.open.set(settled, by)
    const done = () => this.open.delete(settled)
    settled.then(done, (error: unknown) => {
      done()
      if (!(error instanceof ChatterdError)) this.faults.push(`a request failed: ${error}`)
    })
  }

  /** A process stops for longer than its lease; another, if there is one, recovers its turns. */
  async overtake(processIndex: number): Promise<void> {
    const slow = this.process(processIndex)
    slow.pause()
    this.expired.add(slow)
    await slow.expire()
    const other = this.process(processIndex + 1)
    if (!other.isPaused) await other.beatAtOnce()
  }

  /** Kills a process, and starts another one with its index. */
  kill(processIndex: number): void {
    const killed = this.process(processIndex)
    killed.kill()
    for (const { request } of [...this.posts, ...this.results, ...this.approvals])
      if (request.by === killed && request.status === 'pending') request.status = 'lost'
    for (const subscriber of this.subscribers) if (subscriber.at === killed) subscriber.disconnect()
    for (const [settled, by] of this.open) if (by === killed) this.open.delete(settled)
    this.replace(processIndex % this.processes.length)
  }

  async #tellSignals(tap: NotificationTap): Promise<void> {
    const notifications = await this.scheduler.work(() => inRealTime(() => tap.fetch()))
    for (const { runner, ...notification } of notifications) {
      const listeners = this.processes.filter((one) => runner === undefined || one.runner === runner)
      for (const process of listeners) void process.notify(notification as StoreNotification)
    }
  }
}
