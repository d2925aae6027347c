import type { FastifyReply } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import { nextNumber as afterChunk, type EventChunk } from '../../../protocol/event-chunk.ts'
import type { EventSink, FollowEnd } from '../../../stream/follow-turn.ts'
import { outcomeEvents } from '../../outcome-events.ts'
import { SseResponse } from '../../sse-response.ts'
import { encodeFrames, framesOf } from './event-frames.ts'
import type { NativePorts } from './ports.ts'
import { turnNotFound } from './problem.ts'

/** What tells a client to ask again with the last id that it has. */
const reconnect = ': reconnect\n\n'

/**
 * Answers with the events of a turn after number `after`, live until it ends. Throws what can still be told with a status, while
 * nothing has been sent.
 */
export async function streamEvents(
  reply: FastifyReply,
  turn: string,
  after: number,
  left: AbortSignal,
  ports: NativePorts,
): Promise<void> {
  const sse = new SseResponse(reply, ports.limits, () => {})
  sse.keepAlive()
  // Whoever has seen some of it may wait long for the next.
  if (after > 0) sse.write(': connected\n\n')
  try {
    const sink = new Sink(sse, turn, after)
    const followed = await ports.turns.follow(turn, after, sink, left)
    sse.write(await lastWords(followed, turn, sink.told, ports))
    sse.end()
  } catch (error) {
    if (!sse.isOpen) {
      sse.release()
      throw error
    }
    const known = error instanceof ChatterdError && error.code !== 'internal'
    if (!known) ports.onFault(error)
    sse.write(reconnect)
    sse.end()
  }
}

class Sink implements EventSink {
  readonly #sse: SseResponse
  readonly #turn: string
  /** Number of the last event that was told. */
  told: number

  constructor(sse: SseResponse, turn: string, told: number) {
    this.#sse = sse
    this.#turn = turn
    this.told = told
  }

  write(chunk: EventChunk, from: number): Promise<void> | undefined {
    this.told = afterChunk(chunk) - 1
    this.#sse.write(framesOf(this.#turn, chunk, from))
    return this.#sse.drained()
  }
}

/** What is left to say, after event number `after`, once following has come to its end. Throws `not-found` where there is no such turn. */
async function lastWords(
  followed: FollowEnd,
  turn: string,
  after: number,
  { directory }: NativePorts,
): Promise<string> {
  switch (followed) {
    case 'ended':
    case 'disconnected':
      return ''
    case 'closing':
      return reconnect
    case 'unknown':
      throw turnNotFound()
    case 'pruned': {
      const outcome = await directory.outcome(turn)
      if (!outcome) throw turnNotFound()
      // One that runs has no end that could be told: the client asks again.
      return encodeFrames(turn, outcomeEvents(outcome, after)) || reconnect
    }
  }
}
