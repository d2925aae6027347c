import { type EventChunk, eventsOf, type JournalEvent } from '../../../protocol/event-chunk.ts'

/** What a chunk holds from number `from` on, as server-sent events. */
export function framesOf(turn: string, chunk: EventChunk, from: number): string {
  const { first, count, records } = chunk
  if (count > 1 || from > first) return encodeFrames(turn, eventsOf(chunk, from))
  // One alone, as a live turn tells them: its line holds it all, and ends as the frame does.
  const space = records.indexOf(' ')
  return `id: ${turn}:${first}\nevent: ${records.slice(0, space)}\ndata: ${records.slice(space + 1)}\n`
}

/** `id: {turn}:{number}`, `event: {name}`, `data: {JSON}` for each. */
export function encodeFrames(turn: string, events: readonly JournalEvent[]): string {
  return events
    .map(({ number, name, data }) => `id: ${turn}:${number}\nevent: ${name}\ndata: ${data}\n\n`)
    .join('')
}
