import type { FastifyReply } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { LiveTurn } from '../../../stream/live-turn.ts'
import type { TurnListener } from '../../../stream/subscribers.ts'
import type { Replay } from '../../../turn/ports/conversation-store.ts'
import { disconnectSignal } from '../../disconnect-signal.ts'
import { SseResponse } from '../../sse-response.ts'
import { createClassicEncoder } from './encode-events.ts'
import type { ClassicResponseLimits } from './ports.ts'

/** A response that follows a turn. */
export interface ClassicResponse {
  sse: SseResponse
  disconnected: AbortSignal
  /** Encodes and sends the events of the turn. */
  listener: TurnListener
  /**
   * Resolves when the response is complete or the client has disconnected, or with the events that are still to be sent, where this
   * process has lost the turn; rejects with an error while nothing has been sent.
   */
  ended: Promise<Replay | undefined>
  /** Says which turn the listener listens to; undefined where no turn runs for this request. */
  follow(live: LiveTurn | undefined): void
}

/** Opens a response for a turn that is about to begin or to go on. Nothing is sent before there is an event to send. */
export function openResponse(reply: FastifyReply, limits: ClassicResponseLimits): ClassicResponse {
  const { promise: ended, resolve, reject } = Promise.withResolvers<Replay | undefined>()
  const encoder = createClassicEncoder()
  const disconnected = disconnectSignal(reply)
  let live: LiveTurn | undefined
  const sse = new SseResponse(reply, limits, disconnected, () => live?.accept())

  const listener: TurnListener = (events, parts) => {
    if (sse.isClosed) return resolve(undefined)
    const last = events.at(-1)
    if (last?.type === 'turn-end' && last.lost) return resolve(last.lost)
    if (last?.type === 'turn-end' && last.refused && last.error && !sse.isOpen) {
      sse.release()
      return reject(new ChatterdError(last.error.code, last.error.detail))
    }
    const text = encoder.encode(events, parts)
    if (last?.type !== 'turn-end' && last?.type !== 'turn-waiting') return sse.write(text)
    sse.end(text)
    resolve(undefined)
  }

  disconnected.addEventListener('abort', () => {
    // A client that has disconnected cannot be answered with an error any more, so the turn is kept, with its reply.
    live?.accept()
    live?.unlisten(listener)
    resolve(undefined)
  })
  if (disconnected.aborted) resolve(undefined)

  return {
    sse,
    disconnected,
    listener,
    ended,
    follow(turn) {
      live = turn
      if (sse.isOpen || sse.isClosed) turn?.accept()
      if (sse.isClosed) turn?.unlisten(listener)
      if (limits.whenDisconnected === 'stop') turn?.cancelAfterIdle(limits.disconnectGraceMs)
      sse.keepAlive()
    },
  }
}
