import { ChatterdError } from '../../protocol/errors.ts'
import { PoolClosed } from '../http1/connection-pool.ts'
import { NotHttp } from '../http1/response-parser.ts'

/** What an exchange is doing: connecting, waiting for the first byte of the response, or reading it. */
export type Stage = 'connecting' | 'waiting' | 'reading'

/** The error for a failed connection. `engine` is the engine's name in the message. */
export function connectionError(cause: Error, stage: Stage, engine: string): ChatterdError {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (cause instanceof PoolClosed) {
    return new ChatterdError(
      'shutting-down',
      `The connection to ${engine} was closed: chatterd is stopping`,
      { cause },
    )
  }
  // An AggregateError (the host has several addresses, and no connection succeeds) has a code and no message.
  const reason = cause.message || code
  if (stage === 'connecting') {
    return new ChatterdError(
      'engine-unreachable',
      `${engine} cannot be reached (${reason}). Is it running?`,
      { cause },
    )
  }
  if (stage === 'waiting' && cause instanceof NotHttp) {
    return new ChatterdError(
      'engine-failed',
      `${engine} does not speak HTTP: another program may listen at this address (${reason})`,
      { cause },
    )
  }
  const message =
    stage === 'waiting'
      ? `${engine} closed the connection before its response began (${reason})`
      : `The response of ${engine} is incomplete (${reason})`
  return new ChatterdError('engine-cut', message, { cause })
}
