import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../../test/support/turns/live-process.ts'
import { engineError } from '../../test/support/turns/scripted-turn.ts'
import type { JournalPage, JournalWant } from '../turn/ports/event-journal.ts'
import { BatchReader } from './batch-reader.ts'

const want = (turn: string): JournalWant => ({ turn, after: 0, follow: false })
const page = ({ turn }: JournalWant): JournalPage => ({ turn, status: 'running', pruned: false, chunks: [] })

/** A journal whose reads end when the test says so; `reads` has the turns of each. */
function open() {
  const reads: string[][] = []
  const responses: ((give: () => JournalPage[]) => void)[] = []
  const journal = {
    read(wants: readonly JournalWant[]) {
      reads.push(wants.map(({ turn }) => turn))
      return new Promise<JournalPage[]>((resolve, reject) => {
        responses.push((give) => {
          try {
            resolve(give())
          } catch (error) {
            reject(error)
          }
        })
      })
    },
  }
  const reader = new BatchReader(journal.read, ({ turn }) => turn)
  return {
    reads,
    ask: (...turns: string[]) => turns.map((turn) => reader.read(want(turn))),
    /** Ends the oldest read that has not ended. */
    respond: async (give?: () => JournalPage[]) => {
      const turns = reads[reads.length - responses.length] ?? []
      responses.shift()?.(give ?? (() => turns.map((turn) => page(want(turn)))))
      await settle()
    },
  }
}

test('reads that are asked for at the same moment are one read of the journal, and each gets its own page', async () => {
  const { ask, respond, reads } = open()
  const asked = ask('a', 'b', 'a', 'c')
  await settle()
  assert.deepEqual(reads, [['a', 'b', 'a', 'c']])
  await respond()
  assert.deepEqual(
    (await Promise.all(asked)).map(({ turn }) => turn),
    ['a', 'b', 'a', 'c'],
  )
})

test('reads that are asked for meanwhile are served by the next one, and there is one at a time', async () => {
  const { ask, respond, reads } = open()
  const [a] = ask('a')
  await settle()
  const [b] = ask('b')
  await settle()
  const [c] = ask('c')
  await settle()
  assert.deepEqual(reads, [['a']])
  await respond()
  assert.equal((await a)?.turn, 'a')
  assert.deepEqual(reads, [['a'], ['b', 'c']])
  await respond()
  assert.deepEqual([(await b)?.turn, (await c)?.turn], ['b', 'c'])
  const [d] = ask('d')
  await settle()
  await respond()
  assert.equal((await d)?.turn, 'd')
  assert.equal(reads.length, 3)
})

test('a read that fails fails for those that it was to serve, and the others are served', async () => {
  const { ask, respond } = open()
  const failing = ask('a', 'b')
  await settle()
  const [c] = ask('c')
  const away = engineError('database-unavailable')
  const refused = Promise.all(failing.map((one) => assert.rejects(one, away)))
  await respond(() => {
    throw away
  })
  await refused
  await respond()
  assert.equal((await c)?.turn, 'c')
})

test('a journal that leaves a page out fails for its reader, with a message', async () => {
  const { ask, respond } = open()
  const [a, b] = ask('a', 'b')
  assert.ok(a && b)
  const refused = assert.rejects(b, /no page for b/)
  await settle()
  await respond(() => [page(want('a'))])
  assert.equal((await a).turn, 'a')
  await refused
})

test('more than 100 are served by several reads, in order of arrival', async () => {
  const { ask, respond, reads } = open()
  const turns = Array.from({ length: 201 }, (_, index) => `t${index}`)
  const asked = ask(...turns)
  await settle()
  for (let times = 0; times < 3; times++) await respond()
  assert.deepEqual(
    reads.map(({ length }) => length),
    [100, 100, 1],
  )
  assert.deepEqual(reads.flat(), turns)
  assert.deepEqual(
    (await Promise.all(asked)).map(({ turn }) => turn),
    turns,
  )
})
