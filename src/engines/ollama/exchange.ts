import { RoundTrip } from '../http1/round-trip.ts'
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
  /** The memory of `bytes` is used again after the call. */
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
    trip.close()
  }

  function fail(error: unknown): void {
    if (over) return
    cancel()
    listener.onError(error)
  }

  function onAbort(): void {
    fail(signal.reason)
  }

  const trip = new RoundTrip(host.pool, messageOf(host, request), {
    onConnected() {
      stage = 'waiting'
      keeper.connected()
    },
    onHead(status, headers) {
      if (over) return
      try {
        listener.onStart?.(status, headers.get('content-type') ?? '')
      } catch (error) {
        fail(error)
      }
    },
    onBody(bytes) {
      if (over) return
      stage = 'reading'
      keeper.read()
      try {
        listener.onBytes(bytes)
      } catch (error) {
        fail(error)
      }
    },
    onEnd() {
      clearTimeout(linger)
      if (over) return
      settle()
      try {
        listener.onEnd()
      } catch (error) {
        listener.onError(error)
      }
    },
    onError(error) {
      clearTimeout(linger)
      fail(connectionError(error, stage, host.label))
    },
  })

  if (signal.aborted) {
    fail(signal.reason)
  } else {
    signal.addEventListener('abort', onAbort)
    trip.start()
  }

  return {
    pause() {
      keeper.pause()
      trip.pause()
    },
    resume() {
      if (!over) keeper.resume()
      trip.resume()
    },
    cancel,
    release() {
      if (over) return
      settle()
      linger = setTimeout(() => trip.close(), lingerMs)
      trip.resume()
    },
  }
}

function messageOf(host: OllamaHost, { method, path, body }: OllamaRequest): string {
  const head = `${method} ${host.prefix}${path} HTTP/1.1\r\nhost: ${host.authority}\r\nconnection: keep-alive\r\n`
  if (body === undefined) return `${head}\r\n`
  const text = JSON.stringify(body)
  return `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
}
