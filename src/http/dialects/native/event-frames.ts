import { type EventChunk, eventsOf, type ToldEvent } from '../../../protocol/event-chunk.ts'

/** What a chunk holds from number `from` on, as server-sent events. */
export function framesOf(turn: string, chunk: EventChunk, from: number): string {
  const { first, count, body } = chunk
  if (count > 1 || from > first) return encodeFrames(turn, eventsOf(chunk, from))
  // One alone, as a live turn tells them: its line holds it all, and ends as the frame does.
  const space = body.indexOf(' ')
  return `id: ${turn}:${first}\nevent: ${body.slice(0, space)}\ndata: ${body.slice(space + 1)}\n`
}

/** `id: {turn}:{number}`, `event: {name}`, `data: {JSON}` for each. */
export function encodeFrames(turn: string, events: readonly ToldEvent[]): string {
  return events
    .map(({ number, name, data }) => `id: ${turn}:${number}\nevent: ${name}\ndata: ${data}\n\n`)
    .join('')
}
