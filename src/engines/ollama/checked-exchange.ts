import { type Exchange, type ExchangeListener, type OllamaRequest, startExchange } from './exchange.ts'
import type { OllamaHost } from './ollama-host.ts'
import { statusError } from './status-error.ts'
import type { Timeouts } from './timeout-keeper.ts'

// Ollama's own errors are one line; a proxy in front of it may send a page of any size.
const maxErrorBytes = 64 * 1024

/** Like `startExchange`, but an unsuccessful response becomes the `ChatterdError` for its status and body. */
export function startCheckedExchange(
  host: OllamaHost,
  request: OllamaRequest,
  timeouts: Timeouts,
  signal: AbortSignal,
  listener: Omit<ExchangeListener, 'onStart'>,
): Exchange {
  let errorStatus: number | undefined
  let errorBody = Buffer.alloc(0)

  return startExchange(host, request, timeouts, signal, {
    onStart(status) {
      if (status >= 300) errorStatus = status
    },
    onBytes(bytes) {
      if (errorStatus === undefined) return listener.onBytes(bytes)
      errorBody = Buffer.concat([errorBody, bytes.subarray(0, maxErrorBytes - errorBody.length)])
      if (errorBody.length === maxErrorBytes) throw statusError(errorStatus, errorBody.toString())
    },
    onEnd() {
      if (errorStatus === undefined) return listener.onEnd()
      throw statusError(errorStatus, errorBody.toString())
    },
    onError(error) {
      if (errorStatus === undefined || signal.aborted) return listener.onError(error)
      // The status says more than the failure to read the rest of the body.
      listener.onError(statusError(errorStatus, errorBody.toString()))
    },
  })
}
