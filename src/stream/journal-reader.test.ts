import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../../test/support/turns/live-process.ts'
import { engineError } from '../../test/support/turns/scripted-turn.ts'
import type { JournalPage, JournalWant } from '../turn/ports/event-journal.ts'
import { JournalReader } from './journal-reader.ts'

const want = (turn: string): JournalWant => ({ turn, after: 0, follow: false })
const page = ({ turn }: JournalWant): JournalPage => ({ turn, status: 'running', pruned: false, chunks: [] })

/** A journal whose reads are answered when the test says so; `reads` are the turns of each. */
function open() {
  const reads: string[][] = []
  const answers: ((give: () => JournalPage[]) => void)[] = []
  const journal = {
    read(wants: readonly JournalWant[]) {
      reads.push(wants.map(({ turn }) => turn))
      return new Promise<JournalPage[]>((resolve, reject) => {
        answers.push((give) => {
          try {
            resolve(give())
          } catch (error) {
            reject(error)
          }
        })
      })
    },
  }
  const reader = new JournalReader(journal)
  return {
    reads,
    ask: (...turns: string[]) => turns.map((turn) => reader.read(want(turn))),
    /** Answers the oldest read that is not answered. */
    answer: async (give?: () => JournalPage[]) => {
      const turns = reads[reads.length - answers.length] ?? []
      answers.shift()?.(give ?? (() => turns.map((turn) => page(want(turn)))))
      await settle()
    },
  }
}

test('those who ask in the same moment are served by one read, each with its own page', async () => {
  const { ask, answer, reads } = open()
  const asked = ask('a', 'b', 'a', 'c')
  await settle()
  assert.deepEqual(reads, [['a', 'b', 'a', 'c']])
  await answer()
  assert.deepEqual(
    (await Promise.all(asked)).map(({ turn }) => turn),
    ['a', 'b', 'a', 'c'],
  )
})

test('those who ask meanwhile are served by the next read, and there is one at a time', async () => {
  const { ask, answer, reads } = open()
  const [a] = ask('a')
  await settle()
  const [b] = ask('b')
  await settle()
  const [c] = ask('c')
  await settle()
  assert.deepEqual(reads, [['a']])
  await answer()
  assert.equal((await a)?.turn, 'a')
  assert.deepEqual(reads, [['a'], ['b', 'c']])
  await answer()
  assert.deepEqual([(await b)?.turn, (await c)?.turn], ['b', 'c'])
  const [d] = ask('d')
  await settle()
  await answer()
  assert.equal((await d)?.turn, 'd')
  assert.equal(reads.length, 3)
})

test('a read that fails fails for those whom it was to serve, and the others are served', async () => {
  const { ask, answer } = open()
  const failing = ask('a', 'b')
  await settle()
  const [c] = ask('c')
  const away = engineError('database-unavailable')
  const refused = Promise.all(failing.map((one) => assert.rejects(one, away)))
  await answer(() => {
    throw away
  })
  await refused
  await answer()
  assert.equal((await c)?.turn, 'c')
})

test('a journal that leaves a page out fails for the one who asked for it, with words', async () => {
  const { ask, answer } = open()
  const [a, b] = ask('a', 'b')
  assert.ok(a && b)
  const refused = assert.rejects(b, /no page for b/)
  await settle()
  await answer(() => [page(want('a'))])
  assert.equal((await a).turn, 'a')
  await refused
})

test('more than 100 are served by several reads, in order of arrival', async () => {
  const { ask, answer, reads } = open()
  const turns = Array.from({ length: 201 }, (_, place) => `t${place}`)
  const asked = ask(...turns)
  await settle()
  for (let times = 0; times < 3; times++) await answer()
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
