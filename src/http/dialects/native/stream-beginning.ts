import type { FastifyError, FastifyReply } from 'fastify'
import type { ChatterdError } from '../../../protocol/errors.ts'
import type { OnQueued } from '../../../stream/queue-position.ts'
import type { Replay } from '../../../turn/ports/conversation-store.ts'
import { asChatterdError } from '../../errors.ts'
import { asOneLine } from '../../json-line.ts'
import { SseResponse } from '../../sse-response.ts'
import type { NativePorts } from './ports.ts'
import { streamEvents } from './stream-events.ts'

/**
 * Sends the events of the turn that `begin` begins. With `queueEvents`, the response begins as soon as the request has to wait for its
 * conversation, and has its positions; an error after that is its last event. Throws an error only while nothing has been sent.
 */
export async function streamBeginning(
  reply: FastifyReply,
  begin: (onQueued?: OnQueued) => Promise<Replay>,
  { queueEvents, disconnected }: { queueEvents: boolean; disconnected: AbortSignal },
  ports: NativePorts,
): Promise<void> {
  if (!queueEvents) return await streamEvents(reply, await begin(), disconnected, ports)
  const sse = new SseResponse(reply, ports.limits, disconnected)
  let begun: Replay
  try {
    begun = await begin((position) => {
      if (!sse.isOpen) sse.keepAlive()
      sse.write(`event: queued\ndata: ${JSON.stringify({ position })}\n\n`)
    })
  } catch (error) {
    if (!sse.isOpen) {
      sse.release()
      throw error
    }
    if (!disconnected.aborted) sse.end(notBegun(error, ports))
    return
  }
  await streamEvents(reply, begun, disconnected, ports, sse)
}

/** The end of a request that came to no turn. */
function notBegun(thrown: unknown, { onFault }: NativePorts): string {
  const { code, message } = asChatterdError(thrown as FastifyError | ChatterdError)
  if (code === 'internal') onFault(thrown)
  const end = { status: 'failed', error: { code, detail: message } }
  return `event: turn-end\ndata: ${asOneLine(JSON.stringify(end))}\n\n`
}
