import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { beginTurn, beginUnfollowed, postResults, resume } from '../../support/clients/native/client.ts'
import { type Following, Refused } from '../../support/clients/native/following.ts'
import { hold, TurnRecord, Violation } from '../../support/clients/native/turn-record.ts'
import { deviceTool } from '../../support/stand-ins/ollama-replies.ts'
import { type Kind, kinds, promptOf, resultFor } from './steady-replies.ts'

/** What a client has seen of one of its prompts. */
export interface Account {
  prompt: string
  kind: Kind
  conversation: string
  /** All events that it has seen; with the turn's id as soon as it is known. */
  record: TurnRecord
  /** When it was first sent, and when its end was seen: milliseconds from any start. */
  sent: number
  ended?: number
  /** Results that were taken with 200, by call. */
  taken: Map<string, string>
}

/** How long a turn may take at most, in milliseconds in which some process serves: lease, heartbeat, and a busy machine. */
const stuckMs = 30_000
const passing = new Set([409, 429, 503])
const pauseMs = 15

/** A client of one conversation that prompts without a pause, posts results of its calls, and records all that it sees. */
export class TurnClient {
  readonly accounts: Account[] = []
  readonly #conversation: string
  readonly #model: string
  readonly #address: () => string
  readonly #served: () => number
  readonly #random: () => number
  readonly #over: AbortSignal

  /** `address`: one of the processes that may serve just now. `served`: how long some process has served so far. `over`: the test has ended. */
  constructor(
    conversation: string,
    model: string,
    { address, served }: { address: () => string; served: () => number },
    random: () => number,
    over: AbortSignal,
  ) {
    this.#conversation = conversation
    this.#model = model
    this.#address = address
    this.#served = served
    this.#random = random
    this.#over = over
  }

  /** Prompts until `ending`, and to the end of the last turn. Rejects with a `Violation`. */
  async run(ending: AbortSignal): Promise<void> {
    while (!ending.aborted) {
      const kind = kinds[Math.floor(this.#random() * kinds.length)] ?? 'plain'
      const prompt = promptOf(this.#conversation, this.accounts.length, kind)
      const record = new TurnRecord()
      const account: Account = {
        ...{ prompt, kind, record, conversation: this.#conversation },
        ...{ sent: performance.now(), taken: new Map() },
      }
      this.accounts.push(account)
      await this.#toItsEnd(account)
      account.ended = performance.now()
    }
  }

  async #toItsEnd(account: Account): Promise<void> {
    const key = randomUUID()
    const deadline = this.#served() + stuckMs
    while (!account.record.end) {
      this.#over.throwIfAborted()
      hold(this.#served() < deadline, `a turn is stuck: ${describe(account)}`)
      try {
        await this.#goOn(account, key)
      } catch (error) {
        this.#judge(error, account)
        await delay(pauseMs)
      }
    }
  }

  /** One connection's worth of it. */
  async #goOn(account: Account, key: string): Promise<void> {
    const { prompt: input, conversation, record } = account
    const body = { input, model: this.#model, tools: [deviceTool('get_location')] }
    if (record.turn !== undefined) return this.#follow(account, resume(this.#address(), record))
    if (this.#random() < 0.5) {
      const stream = beginTurn(this.#address(), conversation, body, key)
      account.record = stream.record
      return this.#follow(account, stream)
    }
    const { status, json, text } = await beginUnfollowed(this.#address(), conversation, body, key)
    if (status !== 202) throw new Refused(status, json, text)
    record.turn = String(json.id)
  }

  async #follow(account: Account, stream: Following): Promise<void> {
    const { record } = stream
    const before = record.events.length
    // A stream that is silent for that long is asked for anew, and found out to be stuck.
    const late = setTimeout(() => stream.disconnect(), stuckMs)
    try {
      if (account.kind === 'device' && account.taken.size === 0) {
        const isWaiting = ({ name }: { name: string }) => name === 'turn-waiting'
        await stream.until((event) => isWaiting(event) || event.name === 'turn-end')
        const waiting = record.events.find(isWaiting)
        if (waiting) await this.#answer(account, waiting.data.calls as string[])
      }
      await stream.over
    } finally {
      clearTimeout(late)
      // Where the results could not be posted: a record takes one connection at a time.
      stream.disconnect()
      await stream.over.catch(() => {})
      if (record.events.length === before) await delay(pauseMs)
    }
  }

  async #answer({ record, prompt, taken }: Account, calls: string[]): Promise<void> {
    const output = resultFor(prompt)
    const post = () =>
      postResults(this.#address(), String(record.turn), Object.fromEntries(calls.map((id) => [id, output])))
    // Sometimes twice at once, as a client does that is not sure.
    const posted = await Promise.all(this.#random() < 0.3 ? [post(), post()] : [post()])
    for (const { status, json, text } of posted) {
      if (status === 200) for (const id of calls) taken.set(id, output)
      // Its turn has ended meanwhile, as its events will show.
      else if (status !== 410) throw new Refused(status, json, text)
    }
  }

  /** Throws on what no kill excuses. */
  #judge(error: unknown, account: Account): void {
    if (error instanceof Violation) throw error
    if (!(error instanceof Refused) || passing.has(error.status)) return
    const known = account.record.turn !== undefined
    hold(!(known && error.status === 404), `a turn that was acknowledged is gone: ${describe(account)}`)
    throw new Violation(`refused with ${error.message}: ${describe(account)}`)
  }
}

/** For messages. */
export function describe({ prompt, record }: Account): string {
  return `"${prompt}", turn ${record.turn}, last event ${record.last}: ${record.events.at(-1)?.raw}`
}
