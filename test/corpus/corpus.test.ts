import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CallScanner } from '../../src/calls/call-scanner.ts'
import { judgeRow } from './judge-row.ts'
import { readRows } from './rows.ts'

const malformed = readRows('malformed-calls.jsonl')
const further = readRows('further-calls.jsonl')

test('of 100 calls that models have botched, at least 92 end right', () => {
  const wrong = malformed.filter((row) => !judgeRow(row, 'mended and rescued').isRight)
  assert.equal(malformed.length, 100)
  assert.ok(wrong.length <= 8, wrong.map((row) => row.id).join(', '))
})

test('of further calls of the same kinds, 19 of 20 end right', () => {
  const wrong = further.filter((row) => !judgeRow(row, 'mended and rescued').isRight)
  assert.ok(wrong.length <= further.length / 20, wrong.map((row) => row.id).join(', '))
})

test('nothing is run that the model has not called', () => {
  const wrong = [...malformed, ...further].filter((row) => judgeRow(row, 'mended and rescued').isWrongRun)
  assert.deepEqual(
    wrong.map((row) => row.id),
    [],
  )
})

test('wherever a reply is cut, the same calls and the same text come of it', () => {
  for (const { id, raw, tools } of [...malformed, ...further]) {
    if (typeof raw !== 'string') continue
    const offered = tools.map((tool) => ({ type: 'function' as const, function: tool }))
    const scan = (pieces: string[]) => {
      const scanner = new CallScanner(offered)
      const released = pieces.map((piece) => scanner.feed(piece)).join('')
      const { text, calls } = scanner.end(true)
      return { text: released + text, calls }
    }
    const whole = scan([raw])
    assert.ok(raw.startsWith(whole.text) && (whole.calls.length > 0 || whole.text === raw), id)
    for (let cut = 1; cut < raw.length; cut++) {
      assert.deepEqual(scan([raw.slice(0, cut), raw.slice(cut)]), whole, `${id}, cut at ${cut}`)
    }
    assert.deepEqual(scan([...raw]), whole, `${id}, character by character`)
  }
})
