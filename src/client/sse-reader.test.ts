import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createSseReader, type SseItem } from './sse-reader.ts'

const encoder = new TextEncoder()

function readAll(pieces: readonly Uint8Array[], longest?: number): SseItem[] {
  const reader = createSseReader(longest)
  return pieces.flatMap((piece) => reader.feed(piece))
}

function readText(text: string): SseItem[] {
  return readAll([encoder.encode(text)])
}

/** With all that the format allows: three line ends, comments, fields without a value or a colon, characters of four bytes, a byte order mark. */
const everything = [
  '\uFEFF: hello\n',
  'id: t:1\r\nevent: text-delta\r\ndata: {"text":"é 🌊"}\r\n\r\n',
  'data:one\rdata\rdata: two\r\r',
  ':\n:keep-alive\n',
  'unknown: x\nretry: 10\nid: t:2\ndata:  spaced\n\n',
  'event: nothing\n\n',
  'data: last\n\n',
  'data: incomplete',
].join('')
const items: SseItem[] = [
  { comment: 'hello' },
  { event: 'text-delta', data: '{"text":"é 🌊"}', id: 't:1' },
  { event: 'message', data: 'one\n\ntwo', id: '' },
  { comment: '' },
  { comment: 'keep-alive' },
  { event: 'message', data: ' spaced', id: 't:2' },
  { event: 'message', data: 'last', id: '' },
]

test('a stream is read as the standard says', () => {
  assert.deepEqual(readText(everything), items)
})

test('a stream that is cut at any byte, or at all of them, is read as the whole', () => {
  const bytes = encoder.encode(everything)
  for (let cut = 0; cut <= bytes.length; cut++)
    assert.deepEqual(readAll([bytes.subarray(0, cut), bytes.subarray(cut)]), items, `cut after ${cut} bytes`)
  assert.deepEqual(readAll(Array.from(bytes, (byte) => Uint8Array.of(byte))), items)
})

test('any text is read in the same way, wherever it is cut', () => {
  const pieces = ['\r', '\n', '\r\n', ':', ' ', 'data', 'id', 'event', 'x', '\0', '🌊', '\uFEFF']
  const texts = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(texts, fc.array(fc.nat(100), { maxLength: 5 }), (text, places) => {
      const bytes = encoder.encode(text)
      const cuts = [
        0,
        ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b),
        bytes.length,
      ]
      const cut = cuts.slice(1).map((end, index) => bytes.subarray(cuts[index], end))
      assert.deepEqual(readAll(cut), readText(text))
    }),
  )
})

test('bytes that are no UTF-8 are refused', () => {
  assert.throws(() => readAll([Uint8Array.of(0x64, 0xff, 0x0a)]))
})

test('an event, in one line, in many lines or in empty ones, is not kept beyond its longest', () => {
  const reads = [
    `data: ${'x'.repeat(200)}\n\n`,
    'data: 0123456789\n'.repeat(20),
    'data\n'.repeat(200),
    'x'.repeat(200),
  ]
  for (const text of reads) assert.throws(() => readAll([encoder.encode(text)], 100), /longer than 100/)
  const piecewise = Array.from({ length: 200 }, () => encoder.encode('x'))
  assert.throws(() => readAll(piecewise, 100), /longer than 100/)
  const many = 'data: 0123456789\n\n: a comment\n'.repeat(1_000)
  assert.equal(readAll([encoder.encode(many)], 100).length, 2_000)
})
