import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChatterdError } from '../../protocol/errors.ts'
import { createLineSplitter, type LineSplitter } from './line-splitter.ts'

function collector(maxLineBytes = 1024): { lines: string[]; splitter: LineSplitter } {
  const lines: string[] = []
  return { lines, splitter: createLineSplitter({ maxLineBytes, onLine: (line) => lines.push(line) }) }
}

test('one read can have several lines and the beginning of the next', () => {
  const { lines, splitter } = collector()
  splitter.feed(Buffer.from('one\ntwo\nthr'))
  assert.deepEqual(lines, ['one', 'two'])
  splitter.feed(Buffer.from('ee\n'))
  assert.deepEqual(lines, ['one', 'two', 'three'])
})

test('a character that is split between two reads stays whole', () => {
  const { lines, splitter } = collector()
  for (const byte of Buffer.from('51.3ºF 漢字 🙂\n')) splitter.feed(Buffer.of(byte))
  assert.deepEqual(lines, ['51.3ºF 漢字 🙂'])
})

test('a carriage return before the line feed is part of the line end, also at the end of a read', () => {
  const { lines, splitter } = collector()
  splitter.feed(Buffer.from('one\r\ntwo\r'))
  splitter.feed(Buffer.from('\n'))
  assert.deepEqual(lines, ['one', 'two'])
})

test('empty lines are skipped', () => {
  const { lines, splitter } = collector()
  splitter.feed(Buffer.from('\n\r\none\n\n'))
  assert.deepEqual(lines, ['one'])
})

test('the text after the last line end is returned at the end, once', () => {
  const { lines, splitter } = collector()
  splitter.feed(Buffer.from('one\ntwo'))
  assert.equal(splitter.rest(), 'two')
  assert.equal(splitter.rest(), '')
  assert.deepEqual(lines, ['one'])
})

test('a line in a million reads is joined', () => {
  const { lines, splitter } = collector(2 ** 20)
  const piece = Buffer.from('x')
  for (let count = 0; count < 1_000_000; count += 1) splitter.feed(piece)
  splitter.feed(Buffer.from('\nnext\n'))
  assert.equal(lines[0]?.length, 1_000_000)
  assert.equal(lines[1], 'next')
})

test('a line as long as the limit is accepted', () => {
  const { lines, splitter } = collector(8)
  splitter.feed(Buffer.from('12345678\n1234'))
  splitter.feed(Buffer.from('5678\n'))
  assert.deepEqual(lines, ['12345678', '12345678'])
})

const tooLong: [title: string, reads: string[]][] = [
  ['within one read', ['one\n123456789\n']],
  ['across reads', ['one\n12345', '6789']],
  ['without a line end', ['one\n123456789']],
]
for (const [title, reads] of tooLong) {
  test(`a line longer than the limit ${title} is refused, after the lines before it`, () => {
    const { lines, splitter } = collector(8)
    assert.throws(
      () => {
        for (const read of reads) splitter.feed(Buffer.from(read))
      },
      (error: unknown) =>
        error instanceof ChatterdError && error.code === 'engine-failed' && /8 bytes/.test(error.message),
    )
    assert.deepEqual(lines, ['one'])
  })
}
