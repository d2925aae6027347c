import type { FastifyReply } from 'fastify'
import { ChatterdError } from '../protocol/errors.ts'

/** Aborted when the client disconnects, or at once where it already has. Also aborted after the response was sent. */
export function disconnectSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  const abort = () => controller.abort(new ChatterdError('invalid-request', 'The client has disconnected.'))
  if (raw.destroyed) abort()
  raw.on('close', abort)
  return controller.signal
}
