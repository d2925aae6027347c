import type { FastifyReply } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { LiveTurn } from '../../../stream/live-turn.ts'
import type { TurnListener } from '../../../stream/subscribers.ts'
import { type SseLimits, SseResponse } from '../../sse-response.ts'
import { createClassicEncoder } from './encode-events.ts'

/** What bounds an answer. */
export interface AnswerLimits extends SseLimits {
  /** Whether a turn whose client has left finishes, or is cancelled after the grace time, in milliseconds. */
  whenDisconnected: 'finish' | 'stop'
  disconnectGraceMs: number
}

/** A response that follows a turn. */
export interface ClassicResponse {
  sse: SseResponse
  /** Aborted when the client leaves before its turn has begun. */
  left: AbortSignal
  listener: TurnListener
  /** Resolves when the answer has been sent, rejects with an error that can still be told with its status. */
  ended: Promise<void>
  /** Undefined where the turn is not run for this request. */
  follow(live: LiveTurn | undefined): void
  close(text: string): void
  /** Before the head is out, throws the error, so that it is told with its status. */
  fail(error: unknown): void
}

/** Makes a response of the events of a turn that is to begin or go on. Nothing is sent before there is something to tell. */
export function openResponse(reply: FastifyReply, limits: AnswerLimits): ClassicResponse {
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  const encoder = createClassicEncoder()
  const left = new AbortController()
  let live: LiveTurn | undefined
  const sse = new SseResponse(reply, limits, () => live?.accept())
  const leave = () => {
    // Whoever has left cannot be refused any more: what was begun for it is kept, and its answer too.
    if (live) {
      live.accept()
      live.unlisten(listener)
    } else {
      left.abort(new ChatterdError('invalid-request', 'The client left.'))
    }
    resolve()
  }

  const listener: TurnListener = (events, parts) => {
    if (sse.isClosed) return resolve()
    const last = events.at(-1)
    if (last?.type === 'turn-end' && last.refused && last.error && !sse.isOpen) {
      sse.release()
      return reject(new ChatterdError(last.error.code, last.error.detail))
    }
    const text = encoder.encode(events, parts)
    if (text) sse.write(text)
    if (last?.type !== 'turn-end' && last?.type !== 'turn-waiting') return
    sse.end()
    resolve()
  }

  // It may have left already, while its model was looked up.
  if (reply.raw.destroyed) leave()
  reply.raw.on('close', leave)
  return {
    sse,
    left: left.signal,
    listener,
    ended,
    follow(turn) {
      live = turn
      if (sse.isOpen || sse.isClosed) turn?.accept()
      if (sse.isClosed) turn?.unlisten(listener)
      if (limits.whenDisconnected === 'stop') turn?.cancelAfterIdle(limits.disconnectGraceMs)
      sse.keepAlive()
    },
    close(text) {
      sse.write(text)
      sse.end()
    },
    fail(error) {
      sse.release()
      throw error
    },
  }
}
