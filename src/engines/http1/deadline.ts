import { ChatterdError, type ErrorCode } from '../../protocol/errors.ts'

/** How long each part of an exchange may take, in milliseconds. */
export interface Timeouts {
  /** Until the connection is established. */
  connectMs: number
  /** From then until the first byte of the body: a model may need minutes to load. */
  firstTokenMs: number
  /** Between two reads, while more of the body is waited for. What nobody has asked for yet is no silence of the engine. */
  silenceMs: number
  /** The whole exchange. */
  totalMs: number
}

/** What an exchange is doing: connecting, waiting for the first byte of the body, or reading it. */
export type Stage = 'connecting' | 'waiting' | 'reading'

const parts: Record<Stage | 'total', [limit: keyof Timeouts, code: ErrorCode, what: string, name: string]> = {
  connecting: ['connectMs', 'engine-unreachable', 'accepted no connection within', 'the connect time-out'],
  waiting: ['firstTokenMs', 'engine-timeout', 'sent nothing within', 'the first-token time-out'],
  reading: [
    'silenceMs',
    'engine-timeout',
    'fell silent in the middle of its response for',
    'the silence time-out',
  ],
  total: [
    'totalMs',
    'engine-timeout',
    'did not finish its response within',
    'the time-out for a whole response',
  ],
}

/** The timers of one exchange, which start at once. `onExpired` is called when a part of it takes too long. */
export class Deadline {
  stage: Stage = 'connecting'
  readonly #timeouts: Timeouts
  readonly #engine: string
  readonly #onExpired: (error: ChatterdError) => void
  readonly #total: NodeJS.Timeout
  #timer: NodeJS.Timeout | undefined
  #isAwaited = true
  #isStopped = false

  /** `engine` is the engine's name in messages. */
  constructor(timeouts: Timeouts, engine: string, onExpired: (error: ChatterdError) => void) {
    this.#timeouts = timeouts
    this.#engine = engine
    this.#onExpired = onExpired
    this.#total = this.#start('total')
    this.enter('connecting')
  }

  enter(stage: Stage): void {
    clearTimeout(this.#timer)
    this.stage = stage
    if (!this.#isStopped) this.#timer = this.#start(stage)
  }

  /** More of the body is waited for from now on. */
  await(): void {
    this.#isAwaited = true
    // To refresh a timer costs far less than to create one for each read.
    if (this.stage === 'reading' && !this.#isStopped) this.#timer?.refresh()
  }

  /** Bytes of the body have come. */
  received(): void {
    this.#isAwaited = false
    if (this.stage !== 'reading') this.enter('reading')
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    clearTimeout(this.#total)
  }

  #start(part: Stage | 'total'): NodeJS.Timeout {
    const [limit, code, what, name] = parts[part]
    const ms = this.#timeouts[limit]
    const expire = (): void => {
      if (part === 'reading' && !this.#isAwaited) return
      this.stop()
      const time = ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
      this.#onExpired(new ChatterdError(code, `${this.#engine} ${what} ${time} (${name})`))
    }
    // setTimeout turns a delay of more than 2^31 - 1 ms into 1 ms.
    return setTimeout(expire, Math.min(ms, 2 ** 31 - 1))
  }
}
