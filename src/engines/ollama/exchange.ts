import type { Dispatcher } from 'undici'
import { connectionError, type Stage } from './connection-error.ts'
import type { OllamaHost } from './ollama-host.ts'
import { createTimeoutKeeper, type Timeouts } from './timeout-keeper.ts'

// What may still come after the answer's last line: the end of the HTTP body.
const lingerMs = 1000

/** What is asked of Ollama. */
export interface OllamaRequest {
  method: 'GET' | 'POST'
  /** Below the host's prefix: `/api/chat`, … */
  path: string
  body?: unknown
}

/**
 * Is told what comes back. Either `onEnd` or `onError` is called, once, and nothing after it; `onError` perhaps before
 * `startExchange` returned. What a function throws ends the exchange as its error.
 */
export interface ExchangeListener {
  onStart?(status: number, contentType: string): void
  onBytes(bytes: Buffer): void
  onEnd(): void
  /** A `ChatterdError`, what another function threw, or the signal's reason. */
  onError(error: unknown): void
}

/** A request under way. */
export interface Exchange {
  /** Stops reading from the socket; only from within `onBytes`. */
  pause(): void
  resume(): void
  /** Closes the connection; the listener hears no more. */
  cancel(): void
  /** The listener heard all it wants; the connection is kept for the next request if the answer now ends. */
  release(): void
}

/** Sends one request and tells the listener what one read brings, within the time-outs. Aborting closes the connection. */
export function startExchange(
  host: OllamaHost,
  request: OllamaRequest,
  timeouts: Timeouts,
  signal: AbortSignal,
  listener: ExchangeListener,
): Exchange {
  let controller: Dispatcher.DispatchController | undefined
  let stage: Stage = 'connecting'
  let over = false
  let linger: NodeJS.Timeout | undefined
  const keeper = createTimeoutKeeper(timeouts, host.label, fail)

  function settle(): void {
    over = true
    keeper.stop()
    signal.removeEventListener('abort', onAbort)
  }

  function cancel(): void {
    if (over) return
    settle()
    controller?.abort(new Error('the answer is not wanted any more'))
  }

  function fail(error: unknown): void {
    if (over) return
    cancel()
    listener.onError(error)
  }

  function onAbort(): void {
    fail(signal.reason)
  }

  function guarded(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      fail(error)
    }
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (over) return started.abort(new Error('the answer is not wanted any more'))
      stage = 'waiting'
      keeper.connected()
    },
    onResponseStart(_controller, status, headers) {
      if (over || status < 200) return
      guarded(() => listener.onStart?.(status, String(headers['content-type'] ?? '')))
    },
    onResponseData(_controller, bytes) {
      if (over) return
      stage = 'reading'
      keeper.read()
      guarded(() => listener.onBytes(bytes))
    },
    onResponseEnd() {
      clearTimeout(linger)
      if (over) return
      settle()
      try {
        listener.onEnd()
      } catch (error) {
        listener.onError(error)
      }
    },
    onResponseError(_controller, error) {
      clearTimeout(linger)
      fail(connectionError(error, stage, host.label))
    },
  }

  if (signal.aborted) {
    fail(signal.reason)
  } else {
    signal.addEventListener('abort', onAbort)
    host.agent.dispatch(dispatchOptions(host, request), handler)
  }

  return {
    pause() {
      keeper.pause()
      controller?.pause()
    },
    resume() {
      if (!over) keeper.resume()
      controller?.resume()
    },
    cancel,
    release() {
      if (over) return
      settle()
      linger = setTimeout(() => controller?.abort(new Error('the answer did not end')), lingerMs)
      controller?.resume()
    },
  }
}

function dispatchOptions(
  host: OllamaHost,
  { method, path, body }: OllamaRequest,
): Dispatcher.DispatchOptions {
  const target = { origin: host.origin, method, path: `${host.prefix}${path}` }
  if (body === undefined) return target
  return { ...target, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}
