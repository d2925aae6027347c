import type { FastifyReply } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import { type EventChunk, eventsOf, type JournalEvent, nextNumber } from '../../../protocol/event-chunk.ts'
import type { EventSink, FollowEnd } from '../../../stream/follow-turn.ts'
import { asOneLine } from '../../json-line.ts'
import { outcomeEvents } from '../../outcome-events.ts'
import { SseResponse } from '../../sse-response.ts'
import type { NativePorts } from './ports.ts'
import { turnNotFound } from './problem.ts'

/** Asks the client to send the request again with its last event id. */
const reconnect = ': reconnect\n\n'

/** What a client gets of a turn's events. */
export interface EventRequest {
  turn: string
  /** The number of the last event that the client has. */
  after: number
  /** True where the turn is known to have ended: where no event is left then, the response is 204, at which an `EventSource` stops. */
  hasEnded?: boolean
}

/** Sends the events of a turn after number `after`, live until the turn ends. Throws an error only while nothing has been sent. */
export async function streamEvents(
  reply: FastifyReply,
  { turn, after, hasEnded = false }: EventRequest,
  disconnected: AbortSignal,
  ports: NativePorts,
  sse = new SseResponse(reply, ports.limits, disconnected),
): Promise<void> {
  sse.keepAlive()
  // The next event may take long, so a client that reconnects is answered before it.
  if (after > 0 && !hasEnded) sse.write(': connected\n\n')
  try {
    const sink = new SseSink(sse, turn, after)
    const followed = await ports.turns.follow(turn, after, sink, disconnected)
    const rest = await encodeEnd(followed, turn, sink.lastNumber, ports)
    if (hasEnded && followed === 'ended' && !sse.isOpen) {
      sse.release()
      await reply.code(204).send()
    } else {
      sse.end(rest)
    }
  } catch (error) {
    if (!sse.isOpen) {
      sse.release()
      throw error
    }
    const isExpected = error instanceof ChatterdError && error.code !== 'internal'
    if (!isExpected) ports.onFault(error)
    sse.end(reconnect)
  }
}

class SseSink implements EventSink {
  readonly #sse: SseResponse
  readonly #turn: string
  /** Number of the last event that was sent. */
  lastNumber: number

  constructor(sse: SseResponse, turn: string, lastNumber: number) {
    this.#sse = sse
    this.#turn = turn
    this.lastNumber = lastNumber
  }

  write(chunk: EventChunk, from: number): Promise<void> | undefined {
    this.lastNumber = nextNumber(chunk) - 1
    this.#sse.write(encodeChunk(this.#turn, chunk, from))
    return this.#sse.drained()
  }
}

/** What is sent after event number `after`, when following has ended. Throws `not-found` where no turn has this id. */
async function encodeEnd(
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
      // A turn that is still active has no outcome yet.
      return encodeEvents(turn, outcomeEvents(outcome, after)) || reconnect
    }
  }
}

/** The chunk's events from number `from` on, as server-sent events. */
function encodeChunk(turn: string, chunk: EventChunk, from: number): string {
  const { first, count, records } = chunk
  if (count > 1 || from > first) return encodeEvents(turn, eventsOf(chunk, from))
  // Live turns send most events one by one. A single record needs no decoding, and ends with the first of the two line ends.
  const space = records.indexOf(' ')
  return `id: ${turn}:${first}\nevent: ${records.slice(0, space)}\ndata: ${asOneLine(records.slice(space + 1))}\n`
}

function encodeEvents(turn: string, events: readonly JournalEvent[]): string {
  return events
    .map(({ number, name, data }) => `id: ${turn}:${number}\nevent: ${name}\ndata: ${asOneLine(data)}\n\n`)
    .join('')
}
