import assert from 'node:assert/strict'
import { request } from 'node:http'
import { Duplex } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { ResponseParser } from '../../src/engines/http1/response-parser.ts'
import { testSize } from '../support/test-size.ts'

/** What a parser makes of a response whose connection is then closed; undefined where it refuses it, or it is incomplete. */
type Parsed = { status: number | undefined; body: string } | undefined

function ours(reads: readonly Buffer[]): Parsed {
  const parser = new ResponseParser()
  const body = Buffer.concat(reads.map((read) => parser.feed(read))).toString('latin1')
  return parser.isWhole && !parser.failure ? { status: parser.head?.status, body } : undefined
}

/** Node's HTTP client, whose parser is llhttp, on a connection of which these are the reads. */
async function llhttp(reads: readonly Buffer[]): Promise<Parsed> {
  const connection = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const { promise, resolve } = Promise.withResolvers<Parsed>()
  const asked = request({ createConnection: () => connection, maxHeaderSize: 2 ** 20 })
  let responded = false
  asked.on('response', (response) => {
    responded = true
    let body = ''
    response.setEncoding('latin1')
    response.on('data', (text: string) => {
      body += text
    })
    response.on('error', () => {})
    response.on('close', () => resolve(response.complete ? { status: response.statusCode, body } : undefined))
  })
  asked.on('error', () => {})
  asked.on('close', () => {
    if (!responded) resolve(undefined)
  })
  asked.end()
  for (const read of reads) connection.push(read)
  connection.push(null)
  return promise
}

const blank = fc.constantFrom('', '', '', ' ', '\t', ' \t ', '  ')
const token = fc.constantFrom('a', 'x-b', 'Server', 'content-type', 'keep-alive', "!#$%&'*+-.^_`|~09")
const value = fc.constantFrom('', 'b', 'text/plain; x="y"', 'timeout=5', 'caf\u00e9', '\u00a0', 'a\tb')
const framing = fc.constantFrom(
  ...[
    'content-length: 5',
    'Content-Length: 11',
    'content-length: 0',
    'content-length: 05',
    'content-length: 5, 5',
  ],
  ...['transfer-encoding: chunked', 'Transfer-Encoding: Chunked', 'transfer-encoding: gzip, chunked'],
  ...['transfer-encoding: identity', 'connection: close', 'connection: keep-alive, x', 'connection: upgrade'],
  ...['upgrade: h2c', 'trailer: a'],
)
const header = fc.oneof(
  framing,
  fc
    .tuple(token, blank, value, blank)
    .map(([name, before, text, after]) => `${name}:${before}${text}${after}`),
)
const head = fc
  .tuple(
    fc.constantFrom('HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'http/1.1'),
    fc.constantFrom(
      '200 OK',
      '200',
      '200 ',
      '204 No Content',
      '304 x',
      '404 Not\tFound',
      '100 x',
      '103 x',
      '600 x',
    ),
    fc.array(header, { maxLength: 4 }),
  )
  .map(([version, status, headers]) => [`${version} ${status}`, ...headers, '', ''].join('\r\n'))
const extension = fc.constantFrom(
  '',
  '',
  '',
  ';a',
  ';a=b',
  ';a="b;\\"c"',
  ';a=b;c',
  '; a',
  ';',
  ' ;a',
  ';a=',
  ';a="',
)
const chunk = fc
  .tuple(fc.constantFrom('', '0', '000'), fc.constantFrom('', 'x', 'hello', 'hello world, hello'), extension)
  .map(([zeros, text, more]) => `${zeros}${text.length.toString(16)}${more}\r\n${text}\r\n`)
const chunks = fc
  .tuple(fc.array(chunk, { maxLength: 4 }), extension, fc.array(header, { maxLength: 2 }))
  .map(([all, more, trailers]) => `${all.join('')}0${more}\r\n${[...trailers, '', ''].join('\r\n')}`)
const chunkedHead = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'
const response = fc.oneof(
  fc
    .tuple(
      fc.array(head, { minLength: 1, maxLength: 2 }),
      fc.oneof(chunks, fc.constantFrom('', 'hello', 'hello world')),
    )
    .map(([heads, body]) => heads.join('') + body),
  chunks.map((body) => chunkedHead + body),
)

/** What takes the place of some bytes of a response. */
const mutation = fc.record({
  at: fc.nat(1_000),
  removed: fc.constantFrom(0, 0, 1, 1, 2, 5),
  inserted: fc.oneof(
    fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '\n\r',
      '\0',
      ' ',
      '\t',
      ':',
      ';',
      ',',
      '=',
      '"',
      '\\',
      '\r\n ',
      '\x7f',
      '\xa0',
    ),
    fc.constantFrom('0', '1', '5', 'a', 'f', 'g', '-', '+', '0x', '\x0b', '\x80', '\xff', ''),
    framing.map((line) => `${line}\r\n`),
  ),
})
const mutated = fc
  .tuple(response, fc.oneof(fc.constant([]), fc.array(mutation, { maxLength: 3 })))
  .map(([text, mutations]) =>
    mutations.reduce((before, { at, removed, inserted }) => {
      const from = at % (before.length + 1)
      return before.slice(0, from) + inserted + before.slice(from + removed)
    }, text),
  )

function cut(text: string, offsets: readonly number[]): Buffer[] {
  const all = Buffer.from(text, 'latin1')
  const places = [0, ...offsets.map((offset) => offset % (all.length + 1)).sort((a, b) => a - b), all.length]
  return places
    .slice(1)
    .map((end, index) => all.subarray(places[index], end))
    .filter(({ length }) => length > 0)
}

test('whatever a server sends, it is accepted only where llhttp accepts it, and with the same body', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(mutated, fc.array(fc.nat(1_000), { maxLength: 5 }), async (text, offsets) => {
      const reads = cut(text, offsets)
      const parsed = ours(reads)
      if (!parsed) return
      accepted += 1
      assert.deepEqual(parsed, await llhttp(reads))
    }),
    { numRuns: testSize.fuzzRuns },
  )
  // Where little is accepted, little is compared.
  assert.ok(accepted > testSize.fuzzRuns / 10, `${accepted} accepted`)
})
