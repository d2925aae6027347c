import { type Exchange, type ExchangeListener, type OllamaRequest, startExchange } from './exchange.ts'
import type { OllamaHost } from './ollama-host.ts'
import { statusError } from './status-error.ts'
import type { Timeouts } from './timeout-keeper.ts'

// An error of Ollama is a line of words; what answers in its place may send any page.
const maxErrorBytes = 64 * 1024

/** As `startExchange`, with an answer that is no success made into the error that it tells of. */
export function startCheckedExchange(
  host: OllamaHost,
  request: OllamaRequest,
  timeouts: Timeouts,
  signal: AbortSignal,
  listener: Omit<ExchangeListener, 'onStart'>,
): Exchange {
  let refusedStatus: number | undefined
  let errorBody = Buffer.alloc(0)

  return startExchange(host, request, timeouts, signal, {
    onStart(status) {
      if (status >= 300) refusedStatus = status
    },
    onBytes(bytes) {
      if (refusedStatus === undefined) return listener.onBytes(bytes)
      errorBody = Buffer.concat([errorBody, bytes.subarray(0, maxErrorBytes - errorBody.length)])
      if (errorBody.length === maxErrorBytes) throw statusError(refusedStatus, errorBody.toString())
    },
    onEnd() {
      if (refusedStatus === undefined) return listener.onEnd()
      throw statusError(refusedStatus, errorBody.toString())
    },
    onError(error) {
      if (refusedStatus === undefined || signal.aborted) return listener.onError(error)
      // However the rest of an error's body is lost, its status says more than the loss.
      listener.onError(statusError(refusedStatus, errorBody.toString()))
    },
  })
}
