import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventBatches, outcomes } from '../../test/support/arbitraries/events.ts'
import { type EventChunk, eventRecord, eventsOf, nextNumber } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { type StagedChunks, TurnLog } from './turn-log.ts'

/** A turn's journal, as the database has it: a repeated write stores nothing more. */
class Journal {
  readonly records: string[] = []

  write(chunks: readonly EventChunk[]): void {
    for (const chunk of chunks) {
      assert.ok(chunk.first <= this.records.length + 1, 'the journal has no gaps')
      const given = recordsOf(chunk)
      assert.equal(given.length, chunk.count)
      for (const [index, record] of given.entries()) {
        const number = chunk.first + index
        const known = this.records[number - 1]
        if (known === undefined) this.records.push(record)
        else assert.equal(record, known, `event ${number} is the same as it was written before`)
      }
    }
  }
}

function recordsOf(chunk: EventChunk, from = chunk.first): string[] {
  return eventsOf(chunk, from).map(({ name, data }) => `${name} ${data}`)
}

/** All records that a client got from number `first` on. */
interface Follower {
  first: number
  records: string[]
}

const acts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: eventBatches.map((events) => ({ act: 'publish' as const, events })) },
    { weight: 2, arbitrary: outcomes.map((events) => ({ act: 'commit' as const, events })) },
    { weight: 1, arbitrary: outcomes.map((events) => ({ act: 'fail' as const, events })) },
    { weight: 1, arbitrary: outcomes.map((events) => ({ act: 'append' as const, events })) },
    { weight: 3, arbitrary: fc.constant({ act: 'hand out' as const }) },
    { weight: 3, arbitrary: fc.nat().map((nth) => ({ act: 'write' as const, nth })) },
    { weight: 3, arbitrary: fc.nat().map((back) => ({ act: 'join' as const, back })) },
  ),
  { maxLength: 60 },
)

test('whatever happens in whatever order, all followers get the same numbers and records, without a gap or a repeat', () => {
  fc.assert(
    fc.property(acts, fc.nat(3), (given, before) => {
      const journal = new Journal()
      for (let number = 1; number <= before; number++) journal.records.push(`step-start {"step":${number}}`)
      const log = new TurnLog(before)
      const added: TurnEvent[] = []
      const clients: Follower[] = []
      /** Writes that are in flight: they come to the journal later, in any order, or again. */
      const writes: EventChunk[][] = []

      const publish = (chunk: EventChunk | undefined) => {
        if (!chunk) return
        for (const { first, records } of clients) {
          const next = first + records.length
          if (nextNumber(chunk) <= next) continue
          assert.ok(chunk.first <= next, 'no follower gets a gap')
          records.push(...recordsOf(chunk, next))
        }
      }
      const confirm = (staged: StagedChunks) => {
        journal.write(staged.chunks)
        log.confirm(staged)
        for (const chunk of staged.chunks) publish(chunk)
      }

      for (const one of given) {
        switch (one.act) {
          case 'publish':
            log.add(one.events)
            added.push(...one.events)
            if (clients.length > 0) publish(log.encodePending())
            break
          case 'commit':
            confirm(log.stage(one.events))
            added.push(...one.events)
            break
          case 'fail':
            log.stage(one.events)
            break
          case 'append': {
            // The database appends events only after an outcome, with which all that was pending was stored.
            confirm(log.stage([{ type: 'step-start', step: 0 }]))
            const own = new TurnLog(journal.records.length).stage(one.events).own
            journal.write([own])
            log.append(own)
            publish(own)
            added.push({ type: 'step-start', step: 0 }, ...one.events)
            break
          }
          case 'hand out':
            writes.push(log.unwritten())
            break
          case 'write': {
            const write = writes[one.nth % Math.max(1, writes.length)]
            const last = write?.at(-1)
            if (!write || !last || (write[0]?.first ?? 0) > journal.records.length + 1) break
            journal.write(write)
            log.written(nextNumber(last) - 1)
            break
          }
          case 'join': {
            log.encodePending()
            const first = Math.max(1, journal.records.length + log.unjournaled + 1 - (one.back % 12))
            const held = log.since(first)
            const records =
              held?.flatMap((chunk) => recordsOf(chunk, first)) ?? journal.records.slice(first - 1)
            // What is not in memory is in the journal, up to where it can be followed here.
            if (held) assert.ok((held[0]?.first ?? 0) <= first)
            else assert.ok(first <= journal.records.length)
            const rest = held
              ? []
              : (log.since(journal.records.length + 1) ?? assert.fail('no way to follow'))
            const next = first + records.length
            clients.push({ first, records: [...records, ...rest.flatMap((chunk) => recordsOf(chunk, next))] })
          }
        }
      }

      // All else goes to the journal in the end, and there it is what was published.
      journal.write(log.unwritten())
      for (const { first, records } of clients) assert.deepEqual(records, journal.records.slice(first - 1))
      const own = journal.records.slice(before)
      assert.deepEqual(join(own), join(added.map((event) => eventRecord(event).slice(0, -1))))
      assert.ok(own.every((record) => !record.endsWith('-delta {"text":""}')))
    }),
    { numRuns: 500, seed: 1 },
  )
})

/** The records, with adjacent pieces of text put together, and those without text left out. */
function join(records: readonly string[]): string[] {
  const joined: { name: string; text: string }[] = []
  for (const record of records) {
    const name = record.slice(0, record.indexOf(' '))
    const data = record.slice(name.length + 1)
    if (!name.endsWith('-delta')) {
      joined.push({ name, text: data })
      continue
    }
    const { text } = JSON.parse(data)
    const last = joined.at(-1)
    if (last?.name === name) last.text += text
    else if (text !== '') joined.push({ name, text })
  }
  return joined.map(({ name, text }) => `${name} ${text}`)
}
