import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NotHttp, ResponseParser } from './response-parser.ts'

/** Parses a response in these pieces; `isWhole`: where the connection is closed after them. */
function read(pieces: readonly Buffer[]) {
  const parser = new ResponseParser()
  const body = Buffer.concat(pieces.map((piece) => parser.feed(piece))).toString('latin1')
  const { head, failure, isDone, isPersistent } = parser
  return {
    ...{ status: head?.status, type: head?.headers.get('content-type'), body, failure },
    ...{ isDone, isPersistent: isDone && isPersistent, isWhole: parser.isWhole },
  }
}

const bytes = (text: string) => Buffer.from(text, 'latin1')
const ok = 'HTTP/1.1 200 OK\r\n'
const hello = { status: 200, type: undefined, body: 'hello', failure: undefined, isWhole: true }
const persistent = { ...hello, isDone: true, isPersistent: true }
const closing = { ...hello, isDone: true, isPersistent: false }

const responses: [title: string, response: string, expected: object][] = [
  [
    'of a length',
    `${ok}Content-Length: 5\r\nContent-Type:  a/b \r\n\r\nhello`,
    { ...persistent, type: 'a/b' },
  ],
  ['in chunks', `${ok}transfer-encoding: Chunked\r\n\r\n4\r\nhell\r\n01\r\no\r\n0\r\n\r\n`, persistent],
  [
    'in chunks with extensions, and a trailer',
    `${ok}transfer-encoding: chunked\r\n\r\n5;a="b\\"";c=d\r\nhello\r\n0;x\r\nExpires: 0\r\n\r\n`,
    persistent,
  ],
  [
    'after an interim one',
    `HTTP/1.1 100 Continue\r\na: b\r\n\r\n${ok}content-length: 5\r\n\r\nhello`,
    persistent,
  ],
  ['that ends with its connection', `${ok}\r\nhello`, { ...hello, isDone: false, isPersistent: false }],
  ['with nothing', 'HTTP/1.1 204 No Content\r\n\r\n', { ...persistent, status: 204, body: '' }],
  [
    'of length 0, without a reason',
    'HTTP/1.1 404\r\ncontent-length: 0\r\n\r\n',
    { ...persistent, status: 404, body: '' },
  ],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello', closing],
  ['whose server closes', `${ok}content-length: 5\r\nConnection: x, Close\r\n\r\nhello`, closing],
  ['with more bytes after it', `${ok}content-length: 5\r\n\r\nhello!`, closing],
  [
    'that ends in the middle of its body',
    `${ok}content-length: 6\r\n\r\nhello`,
    { ...hello, isDone: false, isPersistent: false, isWhole: false },
  ],
]
for (const [title, response, expected] of responses) {
  test(`a response ${title} is parsed, however it is split`, () => {
    const all = bytes(response)
    for (let split = 0; split <= all.length; split++)
      assert.deepEqual(read([all.subarray(0, split), all.subarray(split)]), expected, `split at ${split}`)
    assert.deepEqual(read([...all].map((byte) => Buffer.of(byte))), expected)
  })
}

const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`
const invalid: [title: string, response: string, message: RegExp][] = [
  ['of another protocol', '220 mail.example.org ESMTP\r\n', /"220 mail/],
  ['of another protocol whose line does not end', 'SSH-2.0', /"SSH/],
  ['of HTTP/2', 'HTTP/2 200\r\n\r\n', /HTTP\/2/],
  ['that changes the protocol', 'HTTP/1.1 101 Switching\r\n\r\n', /101/],
  ['without a status', 'HTTP/1.1 OK\r\n\r\n', /OK/],
  ['with a line feed alone after its status', 'HTTP/1.1 200 OK\ncontent-length: 0\r\n\r\n', /200 OK/],
  ['with a line feed alone after a header', `${ok}content-length: 0\n\r\n`, /header/],
  ['with a line feed alone after its head', `${ok}content-length: 0\r\n\n`, /header/],
  ['with a carriage return in a header', `${ok}a: b\rc: d\r\n\r\n`, /header/],
  ['with NUL in a header', `${ok}a: b\0\r\n\r\n`, /header/],
  ['with a control character in a header', `${ok}a: b\x1b[2J\r\n\r\n`, /header/],
  ['with a line without a colon', `${ok}nothing\r\n\r\n`, /header/],
  ['with a header without a name', `${ok}: b\r\n\r\n`, /header/],
  ['with a space before a colon', `${ok}content-length : 5\r\n\r\nhello`, /header/],
  ['with a folded header', `${ok}a: b\r\n c: d\r\n\r\n`, /header/],
  ['with a head without end', ok + 'a: b\r\n'.repeat(20_000), /too long/],
  ['with interim heads without end', 'HTTP/1.1 103 Hints\r\na: b\r\n\r\n'.repeat(5_000), /too long/],
  ['of a length that is not a number', `${ok}content-length: -1\r\n\r\n`, /length/],
  ['of an empty length', `${ok}content-length: \r\n\r\n`, /length/],
  ['in chunks, with a tab', `${ok}transfer-encoding: chunked\t\r\n\r\n0\r\n\r\n`, /length/],
  ['of a length in a list', `${ok}content-length: 5, 5\r\n\r\nhello`, /length/],
  ['of two equal lengths', `${ok}content-length: 5\r\ncontent-length: 5\r\n\r\nhello`, /length/],
  ['of two lengths', `${ok}content-length: 5\r\ncontent-length: 6\r\n\r\n`, /length/],
  ['of a length and in chunks', `${ok}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n`, /length/],
  ['in chunks and of a length', `${ok}transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n`, /length/],
  ['with a length in its trailers', `${chunked}0\r\ncontent-length: 5\r\n\r\n`, /length/],
  ['in two codings', `${ok}transfer-encoding: gzip, chunked\r\n\r\n`, /gzip/],
  ['in another coding', `${ok}transfer-encoding: chunked\u00a0\r\n\r\n`, /transfer-encoding/],
  ['in chunks without a size', `${chunked}\r\n\r\n`, /size/],
  ['in chunks of a size that is not a number', `${chunked}5g\r\n`, /size/],
  ['in chunks with a space after a size', `${chunked}5 \r\nhello\r\n`, /size/],
  ['in chunks of a size with a sign', `${chunked}+5\r\nhello\r\n`, /size/],
  ['in chunks with a line feed alone', `${chunked}5\nhello\r\n`, /size/],
  ['in chunks with an extension that is none', `${chunked}5;a b\r\nhello\r\n`, /size/],
  ['in a chunk that is too long', `${chunked}${'f'.repeat(20)}\r\n`, /size/],
  ['in a chunk whose size does not end', `${chunked}5;${'x'.repeat(9000)}`, /too long/],
  ['in a chunk longer than its size', `${chunked}2\r\nhello\r\n`, /longer/],
  ['with trailers without end', `${chunked}0\r\n${'a: b\r\n'.repeat(20_000)}`, /too long/],
  ['with a trailer that is no header', `${chunked}0\r\na b\r\n\r\n`, /header/],
]
for (const [title, response, message] of invalid) {
  test(`a response ${title} is refused, however it is split`, () => {
    const all = bytes(response)
    const middle = all.length >> 1
    for (const pieces of [[all], [all.subarray(0, middle), all.subarray(middle)]]) {
      const { failure, isDone } = read(pieces)
      assert.ok(failure instanceof NotHttp && !isDone)
      assert.match(failure.message, message)
    }
  })
}

test('what came before a chunk that cannot be read is a part of the body', () => {
  const { body, failure } = read([bytes(`${chunked}5\r\nhello\r\nrubbish\r\n`)])
  assert.equal(body, 'hello')
  assert.ok(failure)
})

test('long lines of spaces cost no more than other bytes', () => {
  const head = `HTTP/1.1 103 Hints\r\na: ${'x '.repeat(10)}${' '.repeat(60_000)}x\r\n\r\n`
  const began = process.cpuUsage()
  const { failure } = read([bytes(head.repeat(5))])
  assert.ok(failure)
  for (const field of [`a:${' '.repeat(60_000)}`, `${' '.repeat(60_000)}:`, `5;${' '.repeat(4_000)}`])
    read([bytes(`${ok}${field}\r\n\r\n`)])
  // In quadratic time it is half a minute.
  assert.ok(process.cpuUsage(began).user < 2_000_000)
})

test('a body in any chunks, split into any reads, is parsed unchanged', () => {
  const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 })
  fc.assert(
    fc.property(pieces, fc.array(fc.nat(400), { maxLength: 12 }), (chunks, splits) => {
      const body = chunks.map((chunk) => Buffer.from(chunk).toString('latin1'))
      const framed = body.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`)
      const all = bytes(`${ok}transfer-encoding: chunked\r\n\r\n${framed.join('')}0\r\n\r\n`)
      const offsets = [0, ...splits.map((split) => split % all.length).sort((a, b) => a - b), all.length]
      const parsed = read(offsets.slice(1).map((end, index) => all.subarray(offsets[index], end)))
      assert.deepEqual(parsed, { ...persistent, body: body.join('') })
    }),
  )
})
