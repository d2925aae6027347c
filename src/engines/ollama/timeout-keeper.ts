import { ChatterdError } from '../../protocol/errors.ts'

/** How long each part of an exchange may take, in milliseconds. */
export interface Timeouts {
  /** Until the connection stands. */
  connectMs: number
  /** From then until the first byte of the answer: a model may need minutes to load. */
  firstTokenMs: number
  /** Between two reads, while somebody wants to read. */
  silenceMs: number
  /** All of it. */
  wholeMs: number
}

/** Is told how an exchange goes on, and calls `onTimeout` once when it does not. */
export interface TimeoutKeeper {
  connected(): void
  read(): void
  /** Nobody reads: silence is not the engine's. */
  pause(): void
  resume(): void
  stop(): void
}

/** Starts counting at once. `engine` is the name of what is waited for, for the words of the error. */
export function createTimeoutKeeper(
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
      `${engine} fell silent in the middle of its answer for ${duration(limits.silenceMs)} (the silence time-out)`,
    )
  const wholeError = (): ChatterdError =>
    new ChatterdError(
      'engine-timeout',
      `${engine} was not done after ${duration(limits.wholeMs)} (the time-out for a whole answer)`,
    )

  const expire = (words: () => ChatterdError): void => {
    stop()
    onTimeout(words())
  }
  const whole = startTimer(limits.wholeMs, () => expire(wholeError))
  let phase = startTimer(limits.connectMs, () => expire(connectError))
  let silence = false
  let stopped = false

  function watch(milliseconds: number, words: () => ChatterdError): void {
    clearTimeout(phase)
    if (!stopped) phase = startTimer(milliseconds, () => expire(words))
  }

  function stop(): void {
    stopped = true
    clearTimeout(phase)
    clearTimeout(whole)
  }

  function watchSilence(): void {
    silence = true
    watch(limits.silenceMs, silenceError)
  }

  return {
    connected: () => watch(limits.firstTokenMs, firstTokenError),
    // A timer that is moved on costs far less than a new one for each read.
    read: () => (silence && !stopped ? void phase.refresh() : watchSilence()),
    pause: () => {
      silence = false
      clearTimeout(phase)
    },
    resume: watchSilence,
    stop,
  }
}

// setTimeout takes more than 2^31 - 1 ms for 1 ms.
function startTimer(milliseconds: number, onTime: () => void): NodeJS.Timeout {
  return setTimeout(onTime, Math.min(milliseconds, 2 ** 31 - 1))
}

function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${milliseconds} ms` : `${milliseconds / 1000} s`
}
