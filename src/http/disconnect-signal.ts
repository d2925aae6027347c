import type { FastifyReply } from 'fastify'
import { ChatterdError } from '../protocol/errors.ts'

/** Made once, because every response ends with it. */
const disconnected = new ChatterdError('invalid-request', 'The client has disconnected.')

/** Aborted when the client disconnects, or at once where it already has. Also aborted after the response was sent. */
export function disconnectSignal({ raw }: FastifyReply): AbortSignal {
  const controller = new AbortController()
  const abort = () => controller.abort(disconnected)
  if (raw.destroyed) abort()
  raw.on('close', abort)
  return controller.signal
}
