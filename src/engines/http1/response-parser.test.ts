import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NotHttp, ResponseParser } from './response-parser.ts'

/** Parses a response in these pieces; `isWhole` is what the parser returns when the connection is closed after them. */
function read(pieces: readonly Buffer[]) {
  const parsed = { heads: [] as number[], body: '', type: '' as string | undefined }
  const parser = new ResponseParser({
    onHead(status, headers) {
      parsed.heads.push(status)
      parsed.type = headers.get('content-type')
    },
    onBody: (bytes) => {
      parsed.body += bytes.toString('latin1')
    },
  })
  for (const piece of pieces) parser.feed(piece)
  const { isDone, isPersistent, keepAliveSeconds } = parser
  return { ...parsed, isDone, isPersistent, keepAliveSeconds, isWhole: parser.close() }
}

const bytes = (text: string) => Buffer.from(text, 'latin1')
const ok = 'HTTP/1.1 200 OK\r\n'
const hello = { heads: [200], body: 'hello', type: undefined, keepAliveSeconds: undefined, isWhole: true }
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
    `${ok}transfer-encoding: chunked\r\n\r\n5;a="b"\r\nhello\r\n0 ;x\r\nExpires: 0\r\n\r\n`,
    persistent,
  ],
  [
    'after an interim one',
    `HTTP/1.1 100 Continue\r\na: b\r\n\r\n${ok}content-length: 5\r\n\r\nhello`,
    persistent,
  ],
  ['that ends with its connection', `${ok}\r\nhello`, { ...hello, isDone: false, isPersistent: false }],
  ['with nothing', 'HTTP/1.1 204 No Content\r\n\r\n', { ...persistent, heads: [204], body: '' }],
  [
    'of length 0, without a reason',
    'HTTP/1.1 404\r\ncontent-length: 0\r\n\r\n',
    { ...persistent, heads: [404], body: '' },
  ],
  ['with line feeds alone', 'HTTP/1.1 200 OK\ncontent-length: 5\n\nhello', persistent],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 5\r\n\r\nhello', closing],
  ['whose server closes', `${ok}content-length: 5\r\nConnection: x, Close\r\n\r\nhello`, closing],
  ['with more bytes after it', `${ok}content-length: 5\r\n\r\nhello!`, closing],
  ['that has a length twice', `${ok}content-length: 5\r\ncontent-length: 5\r\n\r\nhello`, persistent],
  [
    'that has a length and chunks',
    `${ok}content-length: 9\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
    closing,
  ],
  [
    'that says how long its connection is kept open',
    `${ok}content-length: 5\r\nkeep-alive: max=9, timeout=30\r\n\r\nhello`,
    { ...persistent, keepAliveSeconds: 30 },
  ],
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

const invalid: [title: string, response: string, message: RegExp][] = [
  ['of another protocol', '220 mail.example.org ESMTP\r\n', /"220 mail.example/],
  ['of another protocol whose line does not end', 'SSH-2.0', /"SSH-2.0"/],
  ['of HTTP/2', 'HTTP/2 200\r\n\r\n', /HTTP\/2/],
  ['that changes the protocol', 'HTTP/1.1 101 Switching\r\n\r\n', /101/],
  ['without a status', 'HTTP/1.1 OK\r\n\r\n', /OK/],
  ['with an invalid header', `${ok}nothing\r\n\r\n`, /header/],
  ['with a folded header', `${ok}a: b\r\n c\r\n\r\n`, /header/],
  ['with a head without end', ok + 'a: b\r\n'.repeat(20_000), /head has more than 65536/],
  ['of a length that is not a number', `${ok}content-length: -1\r\n\r\n`, /length/],
  ['of two lengths', `${ok}content-length: 5\r\ncontent-length: 6\r\n\r\n`, /length/],
  ['in another coding', `${ok}transfer-encoding: gzip, chunked\r\n\r\n`, /gzip/],
  ['in chunks without a size', `${ok}transfer-encoding: chunked\r\n\r\n\r\n`, /size/],
  [
    'in chunks of a size that is not a number',
    `${ok}transfer-encoding: chunked\r\n\r\n5g\r\n`,
    /not a number/,
  ],
  ['in a chunk that is too long', `${ok}transfer-encoding: chunked\r\n\r\n${'f'.repeat(20)}\r\n`, /too long/],
  [
    'in a chunk whose size does not end',
    `${ok}transfer-encoding: chunked\r\n\r\n5;${'x'.repeat(9000)}`,
    /too long/,
  ],
  ['in a chunk longer than its size', `${ok}transfer-encoding: chunked\r\n\r\n2\r\nhello\r\n`, /longer/],
]
for (const [title, response, message] of invalid) {
  test(`a response ${title} is refused`, () => {
    assert.throws(
      () => read([bytes(response)]),
      (error) => error instanceof NotHttp && message.test(error.message),
    )
  })
}

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
