import type { Statement } from '../../src/store/database.ts'
import type { ChatRequest } from '../../src/turn/ports/engine.ts'
import { faultOf, promptOf } from './plans.ts'

/** A turn that the database has begun, whether or not a client knows it. */
export interface BegunTurn {
  turn: string
  content: string
  conversation: string
  /** As JSON, as the database has it. */
  key: string | undefined
  /** How often a request of it was withdrawn. */
  withdrawn: number
}

/** A request that may wait in the queue. */
export interface Arrival {
  turn: string
  conversation: string
  runner: string
  key: string | undefined
  /** When its statement was sent to the database, and when it was seen to be carried out. Statements between these times may have come before it, or after it. */
  sentAt: number
  seenAt: number
  /** The process of the one whose position in the queue it shares, being another one of its key. */
  besideOneOf: string | undefined
}

/** Sees what processes do to the world outside: what the database did for them, prompts, tools. */
export class Observations {
  #time = 0
  readonly begun = new Map<string, BegunTurn>()
  /** Requests that may wait in the queue, in the order in which they came to the database; one of a key after the last of that key that waits. */
  readonly arrivals: Arrival[] = []
  /** Prompts by message and step; starts of tools by turn and call. */
  readonly prompts = new Map<string, number>()
  readonly starts = new Map<string, number>()
  /** What should never have been seen. */
  readonly faults: string[] = []
  /** What is done after each statement: notifications are fetched, so that they come at a known time. */
  afterStatement: () => Promise<void> = async () => {}

  /** The next one of times that only rise. */
  time(): number {
    this.#time += 1
    return this.#time
  }

  /** A statement that was carried out, whether or not its response arrives. `sentAt`: when it was sent. */
  saw({ name, values }: Statement, [row]: unknown[], sentAt: number): void {
    const given = () => JSON.parse(String(values?.[0]))
    if (name === 'leave_queue') {
      this.#leave(given().turn)
    } else if (name === 'withdraw_turn') {
      const begun = this.begun.get(given().turn)
      if (begun && (row as { result: boolean }).result) begun.withdrawn += 1
    } else if (name === 'begin_turn') {
      const { about } = given()
      const { turn, conversation, key, runner, whenBusy } = about
      const { result } = row as { result: { state?: object; replay?: object } }
      if (whenBusy === 'queue') this.#arrive({ turn, conversation, runner, key, sentAt, seenAt: this.time() })
      if (result.replay) this.#leave(turn)
      if (!result.state || this.begun.has(turn)) return
      const [body] = (values?.[1] ?? []) as string[]
      const { content } = JSON.parse(body ?? '')
      this.begun.set(turn, { turn, content, conversation, key, withdrawn: 0 })
    }
  }

  #arrive(request: Omit<Arrival, 'besideOneOf'>): void {
    const { turn, conversation, key } = request
    if (this.arrivals.some((one) => one.turn === turn)) return
    const like = this.arrivals.findLastIndex(
      (one) =>
        key !== undefined &&
        one.key === key &&
        one.conversation === conversation &&
        !this.begun.has(one.turn),
    )
    const position = like < 0 ? this.arrivals.length : like + 1
    const { runner, sentAt, seenAt } = this.arrivals[like] ?? {}
    this.arrivals.splice(position, 0, {
      ...request,
      besideOneOf: runner,
      ...(sentAt !== undefined && seenAt !== undefined && { sentAt, seenAt }),
    })
  }

  /** The request is not in the queue any more. */
  #leave(turn: string): void {
    const index = this.arrivals.findIndex((one) => one.turn === turn)
    if (index >= 0 && !this.begun.has(turn)) this.arrivals.splice(index, 1)
  }

  prompted(request: ChatRequest): { content: string; step: number } {
    const prompt = promptOf(request)
    count(this.prompts, `${prompt.content}.${prompt.step}`)
    const fault = faultOf(request)
    if (fault) this.faults.push(fault)
    return prompt
  }

  toolStarted(turn: string, call: string): void {
    count(this.starts, `${turn} ${call}`)
  }
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}
