import { RoundTrip } from '../http1/round-trip.ts'
import { connectionError, type Stage } from './connection-error.ts'
import type { OllamaHost } from './ollama-host.ts'
import { startTimeoutKeeper, type Timeouts } from './timeout-keeper.ts'

// How long a connection stays open for the end of the HTTP body, which follows the last line of a reply.
const lingerMs = 1000

/** A request to Ollama. */
export interface OllamaRequest {
  method: 'GET' | 'POST'
  /** After the host's prefix: `/api/chat`, … */
  path: string
  body?: unknown
}

/**
 * The functions that `startExchange` calls with the response. The last call is one of `onEnd` or `onError`; `onError` can be
 * called before `startExchange` returns. An error that a function throws ends the exchange and is given to `onError`.
 */
export interface ExchangeListener {
  onStart?(status: number, contentType: string): void
  /** `bytes` is valid only during the call: its memory is reused. */
  onBytes(bytes: Buffer): void
  onEnd(): void
  /** `error` is a `ChatterdError`, the error that another function threw, or the signal's reason. */
  onError(error: unknown): void
}

/** A request in progress. */
export interface Exchange {
  /** Stops reading from the socket; must be called within `onBytes`. */
  pause(): void
  resume(): void
  /** Closes the connection. No function of the listener is called after it. */
  cancel(): void
  /** Ignores the rest of the response. The connection is reused if the response ends within a second. */
  release(): void
}

/** Sends one request and passes its response to the listener as it arrives, within the time-outs. Aborting closes the connection. */
export function startExchange(
  host: OllamaHost,
  request: OllamaRequest,
  timeouts: Timeouts,
  signal: AbortSignal,
  listener: ExchangeListener,
): Exchange {
  let stage: Stage = 'connecting'
  let ended = false
  let linger: NodeJS.Timeout | undefined
  const keeper = startTimeoutKeeper(timeouts, host.label, fail)

  function settle(): void {
    ended = true
    keeper.stop()
    signal.removeEventListener('abort', onAbort)
  }

  function cancel(): void {
    if (ended) return
    settle()
    trip.close()
  }

  function fail(error: unknown): void {
    if (ended) return
    cancel()
    listener.onError(error)
  }

  function onAbort(): void {
    fail(signal.reason)
  }

  const trip = new RoundTrip(host.pool, requestText(host, request), {
    onConnected() {
      stage = 'waiting'
      keeper.connected()
    },
    onHead(status, headers) {
      if (ended) return
      try {
        listener.onStart?.(status, headers.get('content-type') ?? '')
      } catch (error) {
        fail(error)
      }
    },
    onBody(bytes) {
      if (ended) return
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
      if (ended) return
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
      if (!ended) keeper.resume()
      trip.resume()
    },
    cancel,
    release() {
      if (ended) return
      settle()
      linger = setTimeout(() => trip.close(), lingerMs)
      trip.resume()
    },
  }
}

function requestText(host: OllamaHost, { method, path, body }: OllamaRequest): string {
  const head = `${method} ${host.prefix}${path} HTTP/1.1\r\nhost: ${host.authority}\r\nconnection: keep-alive\r\n`
  if (body === undefined) return `${head}\r\n`
  const text = JSON.stringify(body)
  return `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
}
