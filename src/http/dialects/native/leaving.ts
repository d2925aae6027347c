import type { FastifyReply } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'

/** Aborted when the client leaves, or has left already; also when it has been answered. */
export function leaving({ raw }: FastifyReply): AbortSignal {
  const left = new AbortController()
  const leave = () => left.abort(new ChatterdError('invalid-request', 'The client left.'))
  if (raw.destroyed) leave()
  raw.on('close', leave)
  return left.signal
}
