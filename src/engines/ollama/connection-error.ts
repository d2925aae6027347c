import { ChatterdError } from '../../protocol/errors.ts'
import { PoolClosed } from '../http1/connection-pool.ts'
import { NotHttp } from '../http1/response-parser.ts'

/** How far an exchange had come when its connection failed. */
export type Stage = 'connecting' | 'waiting' | 'reading'

/** Turns what a connection failed with into words. `engine` is the name of what was asked. */
export function connectionError(cause: Error, stage: Stage, engine: string): ChatterdError {
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (cause instanceof PoolClosed) {
    return new ChatterdError(
      'shutting-down',
      `The connection to ${engine} was closed: chatterd is stopping`,
      { cause },
    )
  }
  // An AggregateError (a host of several addresses, none of which answers) has a code and no message.
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
      `What answers in place of ${engine} does not speak HTTP (${reason})`,
      { cause },
    )
  }
  const words =
    stage === 'waiting' ? 'closed the connection before it answered' : 'broke off in the middle of its answer'
  return new ChatterdError('engine-cut', `${engine} ${words} (${reason})`, { cause })
}
