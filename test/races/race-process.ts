import { ChatterdError } from '../../src/protocol/errors.ts'
import type { Database } from '../../src/store/database.ts'
import { createDirectory } from '../../src/store/directory.ts'
import { createJournal } from '../../src/store/journal.ts'
import { createStore, type Store } from '../../src/store/store.ts'
import type { StoreOptions } from '../../src/store/store-options.ts'
import { uuidv7 } from '../../src/store/uuidv7.ts'
import { LiveTurns } from '../../src/stream/live-turns.ts'
import type { ConversationDirectory } from '../../src/turn/ports/conversation-directory.ts'
import type { StoreNotification } from '../../src/turn/ports/event-journal.ts'
import { holdStatements, type Loss } from './held-statements.ts'
import { heldEngine, heldToolbox } from './held-tools.ts'
import type { Observations } from './observations.ts'
import { limits, storeOptions, turnLimits } from './race-limits.ts'
import type { Scheduler } from './scheduler.ts'
import { inRealTime } from './virtual-clock.ts'

/** The real core on the real store, as one process runs them: all that it does outside is held up by the scheduler. */
export class RaceProcess {
  readonly turns: LiveTurns
  readonly directory: ConversationDirectory
  readonly runner = uuidv7()
  readonly faults: unknown[] = []
  /** What becomes of the next statements. */
  readonly losses: Loss[] = []
  dead = false
  readonly name: string
  readonly #database: Pick<Database, 'query'>
  readonly #scheduler: Scheduler
  readonly #store: Store
  readonly #options: StoreOptions
  #resumed: PromiseWithResolvers<void> | undefined
  #beating = false

  constructor(
    name: string,
    database: Pick<Database, 'query'>,
    alone: boolean,
    scheduler: Scheduler,
    observed: Observations,
  ) {
    this.name = name
    this.#database = database
    this.#scheduler = scheduler
    this.#options = { ...storeOptions, alone, runner: this.runner }
    const hold = (what: string) => this.#pass(what)
    const held = holdStatements(name, database, { hold, losses: this.losses, scheduler, observed })
    this.#store = createStore(held, this.#options)
    this.directory = createDirectory(held, storeOptions.maxTools)
    const journal = createJournal(held, this.runner)
    let calls = 0
    this.turns = new LiveTurns(
      {
        ...{ store: this.#store, directory: this.directory, journal },
        ...{ engine: heldEngine(hold, observed), toolbox: heldToolbox(hold, observed) },
        ...{ limits: turnLimits, now: () => performance.now(), newTurnId: uuidv7 },
        newCallId: () => `${name} own ${++calls}`,
        onFault: (fault) => this.faults.push(fault),
      },
      limits,
    )
  }

  get isPaused(): boolean {
    return this.#resumed !== undefined
  }

  pause(): void {
    this.#resumed ??= Promise.withResolvers()
  }

  resume(): void {
    this.#resumed?.resolve()
    this.#resumed = undefined
  }

  /** After this it does nothing any more. */
  kill(): void {
    this.dead = true
  }

  /** Its lease is over, and it does not know. */
  expire(): Promise<void> {
    const text = `update chatterd.runners set expires_at = '-infinity' where id = $1`
    return this.#scheduler.work(() =>
      inRealTime(async () => void (await this.#database.query({ name: '', text, values: [this.runner] }))),
    )
  }

  /** A heartbeat, and what follows from it; one at a time, as src/store/heartbeat.ts sends them. */
  async beat(): Promise<void> {
    if (this.#beating || this.dead) return
    this.#beating = true
    try {
      this.turns.onHeartbeat(await this.#store.heartbeat(this.turns.ids(), this.turns.room))
    } catch (error) {
      if (!(error instanceof ChatterdError)) this.faults.push(error)
    } finally {
      this.#beating = false
    }
  }

  /** The same, held up by nothing. */
  async beatAtOnce(): Promise<void> {
    const store = createStore(this.#database, this.#options)
    const beat = () => store.heartbeat(this.turns.ids(), this.turns.room)
    this.turns.onHeartbeat(await this.#scheduler.work(() => inRealTime(beat)))
  }

  /** Gets a notification of another process, at some time. */
  async notify(notification: StoreNotification): Promise<void> {
    await this.#pass(`gets ${notification.type}`)
    this.turns.onNotification(notification)
  }

  async #pass(what: string): Promise<void> {
    await this.#scheduler.hold(`${this.name} ${what}`)
    while (this.#resumed) await this.#resumed.promise
    if (this.dead) await new Promise<never>(() => {})
  }
}
