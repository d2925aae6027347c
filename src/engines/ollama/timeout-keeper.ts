import { ChatterdError } from '../../protocol/errors.ts'

/** How long each part of an exchange may take, in milliseconds. */
export interface Timeouts {
  /** Until the connection is established. */
  connectMs: number
  /** From then until the first byte of the response: a model may need minutes to load. */
  firstTokenMs: number
  /** Between two reads, while the exchange is not paused. */
  silenceMs: number
  /** The whole exchange. */
  totalMs: number
}

/** The timers of one exchange. It calls `onTimeout` once, when a part of the exchange takes too long. */
export interface TimeoutKeeper {
  connected(): void
  read(): void
  /** chatterd does not read, so the silence is not the engine's. */
  pause(): void
  resume(): void
  stop(): void
}

/** Starts the timers at once. `engine` is the engine's name in error messages. */
export function startTimeoutKeeper(
  limits: Timeouts,
  engine: string,
  onTimeout: (error: ChatterdError) => void,
): TimeoutKeeper {
  const connectError = (): ChatterdError =>
    new ChatterdError(
      'engine-unreachable',
      `${engine} accepted no connection within ${duration(limits.connectMs)} (the connect time-out)`,
    )
  const firstTokenError = (): ChatterdError =>
    new ChatterdError(
      'engine-timeout',
      `${engine} sent nothing within ${duration(limits.firstTokenMs)} (the first-token time-out)`,
    )
  const silenceError = (): ChatterdError =>
    new ChatterdError(
      'engine-timeout',
      `${engine} fell silent in the middle of its response for ${duration(limits.silenceMs)} (the silence time-out)`,
    )
  const totalError = (): ChatterdError =>
    new ChatterdError(
      'engine-timeout',
      `${engine} did not finish its response within ${duration(limits.totalMs)} (the time-out for a whole response)`,
    )

  const expire = (createError: () => ChatterdError): void => {
    stop()
    onTimeout(createError())
  }
  const total = startTimer(limits.totalMs, () => expire(totalError))
  let phase = startTimer(limits.connectMs, () => expire(connectError))
  let isReading = false
  let stopped = false

  function startPhase(milliseconds: number, createError: () => ChatterdError): void {
    clearTimeout(phase)
    if (!stopped) phase = startTimer(milliseconds, () => expire(createError))
  }

  function stop(): void {
    stopped = true
    clearTimeout(phase)
    clearTimeout(total)
  }

  function startReading(): void {
    isReading = true
    startPhase(limits.silenceMs, silenceError)
  }

  return {
    connected: () => startPhase(limits.firstTokenMs, firstTokenError),
    // To refresh a timer costs far less than to create one for each read.
    read: () => (isReading && !stopped ? void phase.refresh() : startReading()),
    pause: () => {
      isReading = false
      clearTimeout(phase)
    },
    resume: startReading,
    stop,
  }
}

// setTimeout turns a delay of more than 2^31 - 1 ms into 1 ms.
function startTimer(milliseconds: number, onExpired: () => void): NodeJS.Timeout {
  return setTimeout(onExpired, Math.min(milliseconds, 2 ** 31 - 1))
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`
}
