import type { IncomingMessage } from 'node:http'
import type { JsonObject } from '../../../../src/protocol/json.ts'
import { open, type RequestOptions, read } from './ask.ts'
import { SseReader } from './sse-reader.ts'
import { hold, type SeenEvent, type TurnRecord } from './turn-record.ts'

/** How a connection ended: the turn ended; the server asked to reconnect; or it broke. */
export type FollowingEnd = 'ended' | 'reconnect' | 'cut'

/** A response that is no stream: the request was refused. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly problem: JsonObject

  constructor(status: number, problem: JsonObject, text: string) {
    super(`${status}: ${text}`)
    this.status = status
    this.problem = problem
  }
}

/** One connection, whose events go to a record. */
export interface Following {
  record: TurnRecord
  /** Rejects with a `Violation`, with `Refused`, and with an error of the socket where there was no response at all. */
  over: Promise<FollowingEnd>
  /** Resolves when the response has begun. Rejects as `over`. */
  opened: Promise<void>
  /** The first event of the record for which this is true, as soon as it has come; rejects where the stream ends without one. */
  until(is: (event: SeenEvent) => boolean): Promise<SeenEvent>
  /** Stops reading; the connection stays. */
  stopReading(): void
  readOn(): void
  disconnect(): void
}

/** Requests a stream of events. */
export function followed(url: string, options: RequestOptions, record: TurnRecord): Following {
  const waiting = new Set<() => void>()
  const disconnecting = new AbortController()
  let incoming: IncomingMessage | undefined
  let stopped = false
  let finished = false
  const { promise: opened, resolve: onOpened, reject: onRefused } = Promise.withResolvers<void>()
  const wake = () => {
    for (const look of waiting) look()
  }

  async function run(): Promise<FollowingEnd> {
    const headers = { accept: 'text/event-stream', ...options.headers }
    incoming = await open(url, { ...options, headers, signal: disconnecting.signal })
    if (incoming.headers['content-type'] !== 'text/event-stream') {
      const { status, json, text } = await read(incoming)
      throw new Refused(status, json, text)
    }
    onOpened()
    if (stopped) incoming.pause()
    return await readStream(incoming, record, wake)
  }

  const over = run().finally(() => {
    finished = true
    wake()
  })
  over.catch(onRefused)
  opened.catch(() => {})
  return {
    record,
    over,
    opened,
    until: (is) =>
      new Promise((found, failed) => {
        const look = () => {
          const event = record.events.find(is)
          if (event) found(event)
          else if (finished)
            over.then((how) => failed(new Error(`the stream was over (${how}) before that came`)), failed)
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
    stopReading() {
      stopped = true
      incoming?.pause()
    },
    readOn() {
      stopped = false
      incoming?.resume()
    },
    disconnect: () => disconnecting.abort(),
  }
}

/** Reads a stream to its end. */
async function readStream(
  incoming: IncomingMessage,
  record: TurnRecord,
  wake: () => void,
): Promise<FollowingEnd> {
  let isOver = false
  const reader = new SseReader({
    onEvent(raw) {
      hold(!isOver, `an event after the comment that asks to reconnect: ${raw}`)
      record.take(raw)
    },
    onComment(text) {
      record.comments.push(text)
      isOver ||= text === 'reconnect'
    },
  })
  return await new Promise((resolve, reject) => {
    incoming.on('data', (bytes: Buffer) => {
      try {
        reader.feed(bytes)
      } catch (error) {
        reject(error)
        incoming.destroy()
      }
      wake()
    })
    incoming.on('error', () => {})
    incoming.on('close', () => {
      if (!incoming.complete) return resolve('cut')
      try {
        reader.end()
        hold(
          isOver || record.end,
          'the stream ended without the last event, and without asking to come again',
        )
        resolve(record.end ? 'ended' : 'reconnect')
      } catch (error) {
        reject(error)
      }
    })
  })
}
