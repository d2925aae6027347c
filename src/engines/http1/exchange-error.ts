import { ChatterdError, type ErrorCode } from '../../protocol/errors.ts'
import type { Stage } from './deadline.ts'
import { NotHttp } from './response-parser.ts'

/** The error for an exchange that broke off at this stage. `engine` is the engine's name in the message. */
export function exchangeError(cause: Error, stage: Stage | 'stopping', engine: string): ChatterdError {
  // An AggregateError (the host has several addresses, and no connection succeeds) has a code and no message.
  const reason = cause.message || ('code' in cause ? cause.code : cause.name)
  const error = (code: ErrorCode, message: string) => new ChatterdError(code, message, { cause })
  if (stage === 'stopping')
    return error('shutting-down', `The connection to ${engine} was closed: chatterd is stopping`)
  if (stage === 'connecting')
    return error('engine-unreachable', `${engine} cannot be reached (${reason}). Is it running?`)
  if (stage === 'reading') return error('engine-cut', `The response of ${engine} is incomplete (${reason})`)
  return cause instanceof NotHttp
    ? error(
        'engine-failed',
        `${engine} does not speak HTTP: another program may listen at this address (${reason})`,
      )
    : error('engine-cut', `${engine} closed the connection before its response began (${reason})`)
}
