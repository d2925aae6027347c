import { setTimeout as delay } from 'node:timers/promises'
import type { DatabaseSource } from '../../../src/store/database.ts'
import { type ChildServer, serverEnv, shortLease, startServer } from '../../support/processes/child-server.ts'

/** What is done to a process. Kills come at a random moment, or at a fail point. */
export type Move = 'kill' | 'pause' | `${'before' | 'after'} ${string}`

export interface ChaosOptions {
  source: DatabaseSource
  engineUrl: string
  /** More environment variables of the processes. */
  settings: Record<string, string>
  /** What is done, in order, to the processes in turn. A process that was stopped has no fail point after that. */
  moves: readonly Move[]
  /** How many processes serve at once. */
  processes: number
  random: () => number
  over: AbortSignal
}

const leaseMs = 1_000
/** Latest moment of a kill after the process serves, and of one at a fail point that is never reached. */
const latestMs = 400
const longestMs = 3_000

/** Processes that serve one database, and are killed one after the other. */
export class Chaos implements AsyncDisposable {
  /** When a process was killed or stopped, in milliseconds as `performance.now` has them. */
  readonly disturbed: number[] = []
  readonly #options: ChaosOptions
  readonly #moves: Move[]
  #done = 0
  readonly #all: ChildServer[] = []
  /** Time before the present moment or outage in which some process served, in milliseconds; and since when one does. */
  #servedMs = 0
  #servingSince: number | undefined
  readonly #urls: (string | undefined)[] = []

  constructor(options: ChaosOptions) {
    this.#options = options
    this.#moves = [...options.moves]
  }

  /** The address of one of those that serve, or of the last that did. */
  readonly address = (): string => {
    const urls = this.#urls.filter((url) => url !== undefined)
    return urls[Math.floor(this.#options.random() * urls.length)] ?? 'http://127.0.0.1:9'
  }

  /** How long some process has served so far, in milliseconds. */
  readonly served = (): number => {
    const since = this.#servingSince
    return this.#servedMs + (since === undefined ? 0 : performance.now() - since)
  }

  async start(): Promise<void> {
    const { processes } = this.#options
    await Promise.all(Array.from({ length: processes }, (_, index) => this.#run(index)))
  }

  /** How many moves are to come. */
  get remaining(): number {
    return this.#moves.length
  }

  /** Resolves when the process that the next move is for has ended: at its fail point, it does so by itself. */
  async gone(): Promise<void> {
    await this.#all[this.#done % this.#options.processes]?.exit
  }

  /** Does the next move, to the next process, and restarts it where it is gone then. */
  async move(): Promise<void> {
    const index = this.#done++ % this.#options.processes
    const move = this.#moves.shift()
    if (move === 'pause') return this.#pause(index)
    const server = this.#all[index]
    // At a fail point, it dies by itself; else, and where it does not come there, at a random moment.
    const latest = move === 'kill' ? this.#options.random() * latestMs : longestMs
    this.#disturb()
    const timer = setTimeout(() => server?.kill('SIGKILL'), latest)
    await server?.exit
    clearTimeout(timer)
    this.#disturb()
    this.#setUrl(index, undefined)
    await this.#run(index)
  }

  /** Ends all in order. */
  async end(): Promise<(number | null)[]> {
    for (const server of this.#all) server.kill('SIGTERM')
    return await Promise.all(this.#all.map(async ({ exit }) => (await exit).code))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#all) server.kill('SIGKILL')
    await Promise.all(this.#all.map((server) => server.exit))
  }

  /** True where something was done to a process in this time. */
  wasDisturbed(from: number, to: number): boolean {
    return this.disturbed.some((at) => at >= from && at <= to)
  }

  async #pause(index: number): Promise<void> {
    const server = this.#all[index]
    const url = this.#urls[index]
    await delay(this.#options.random() * latestMs)
    this.#disturb()
    server?.kill('SIGSTOP')
    this.#setUrl(index, undefined)
    await delay(2 * leaseMs)
    server?.kill('SIGCONT')
    this.#disturb()
    this.#setUrl(index, url)
  }

  async #run(index: number): Promise<ChildServer> {
    const { source, engineUrl, settings, over, processes } = this.#options
    // The move that it will be killed at: the next one, and then every so many.
    const ahead = (index - (this.#done % processes) + processes) % processes
    const move = this.#moves[ahead] ?? 'kill'
    const failing = move === 'kill' || move === 'pause' ? {} : { CHATTERD_TEST_FAIL_POINT: move }
    const server = startServer(
      { ...serverEnv(source, engineUrl), ...shortLease, ...settings, ...failing },
      over,
    )
    void server.exit.then(() => {
      this.#disturb()
      if (this.#all[index] === server) this.#setUrl(index, undefined)
    })
    this.#all[index] = server
    this.#setUrl(index, await server.url)
    return server
  }

  #setUrl(index: number, url: string | undefined): void {
    const served = this.served()
    this.#urls[index] = url
    const isServing = this.#urls.some((one) => one !== undefined)
    this.#servedMs = served
    this.#servingSince = isServing ? performance.now() : undefined
  }

  #disturb(): void {
    this.disturbed.push(performance.now())
  }
}
