import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogMessage } from '../protocol/message.ts'
import { estimateMessages } from './estimate-tokens.ts'
import { prompt } from './prompt.ts'
import { shorterLogs } from './shorten-log.ts'

const window = 4_096
const base = { turn: 't1', complete: true, calls: [] }

function asks(seq: number, content: string): LogMessage {
  return { ...base, seq, role: 'user', content }
}

/** A reply that calls a tool, with the output of the call. */
function calls(seq: number, output: string): LogMessage {
  const request = { id: `c${seq}`, index: 0, name: 'look', arguments: { at: 'it' } }
  return {
    ...{ ...base, seq, role: 'assistant', content: '' },
    calls: [{ ...request, side: 'resident', status: 'succeeded', output }],
  }
}

const long = (letter: string) => letter.repeat(30_000)
const question = asks(3, long('q'))
const newest = [question, calls(4, long('a')), calls(5, long('b')), calls(6, `first ${long('c')} last`)]
const before = [
  asks(1, long('x')),
  calls(2, long('y')),
  { ...asks(2.5, 'the answer'), role: 'assistant' as const },
]

test('each form is shorter than the one before, the newest question is whole in all, and the newest message is never missing', () => {
  const forms = [...shorterLogs(before, newest, window)]
  const sizes = forms.map(({ log }) => estimateMessages(log))
  assert.deepEqual(
    sizes,
    [...new Set(sizes)].sort((one, other) => other - one),
  )
  assert.ok(forms.length > 5)
  for (const { log } of forms) {
    assert.ok(log.includes(question))
    assert.equal(log.at(-1)?.seq, 6)
  }
})

test('of the turn before, the question and the answer stay first, and nothing of the newest is missing then', () => {
  const [first, second] = [...shorterLogs(before, newest, window)]
  assert.deepEqual(first?.log.slice(2), newest)
  assert.deepEqual(
    first?.log.slice(0, 2).map(({ role }) => role),
    ['user', 'assistant'],
  )
  assert.match(first?.log[0]?.content ?? '', /^x+\n\[… \d+ characters were left out here …\]\nx+$/)
  assert.deepEqual(second?.log, newest)
})

test('a long result keeps its beginning and its end, and says how much is missing', () => {
  const [form] = [...shorterLogs([], newest, window)].slice(1)
  const output = form?.log.at(-1)?.calls[0]?.output ?? ''
  const [, start = '', count, end = ''] =
    /^(.*)\n\[… (\d+) characters were left out here …\]\n(.*)$/.exec(output) ?? []
  assert.ok(start.startsWith('first c') && end.endsWith('c last'))
  assert.equal(start.length + end.length + Number(count), long('c').length + 'first  last'.length)
})

test('the shortest form is the newest question, a note, and the newest message; every call in it has its result', () => {
  const last = [...shorterLogs(before, newest, window)].at(-1)
  assert.deepEqual(
    prompt({ log: last?.log ?? [], pinned: 0, promptFrom: 1 }).map(({ role }) => role),
    ['user', 'system', 'assistant', 'tool'],
  )
})

test('a character of two code units is not cut in half', () => {
  for (const shift of ['', 'x'])
    for (const { log } of shorterLogs([], [question, calls(4, shift + '🎈'.repeat(20_000))], window))
      assert.ok(log.at(-1)?.calls[0]?.output?.isWellFormed())
})
