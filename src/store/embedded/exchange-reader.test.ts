import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wireMessage as message } from '../../../test/support/databases/wire-message.ts'
import { createExchangeReader } from './exchange-reader.ts'

const startup = message('', '\0\x03\0\0user\0postgres\0\0')
const query = message('Q', 'select 1\0')
const pipeline = Buffer.concat([
  message('P', 'parse'),
  message('B', 'bind'),
  message('E', 'run'),
  message('S'),
])

/** The exchanges in `bytes` that come in pieces of `size`. */
function readIn(size: number, bytes: Buffer): string[] {
  const read = createExchangeReader()
  const exchanges: string[] = []
  for (let at = 0; at < bytes.length; at += size) {
    for (const exchange of read(bytes.subarray(at, at + size))) {
      exchanges.push(Buffer.from(exchange).toString('latin1'))
    }
  }
  return exchanges
}

test('a pipeline is one exchange, up to its Sync, however the bytes are split', () => {
  const bytes = Buffer.concat([startup, query, pipeline, pipeline, message('X')])
  const whole = [startup, query, pipeline, pipeline].map((part) => part.toString('latin1'))
  for (let size = 1; size <= bytes.length; size += 1) assert.deepEqual(readIn(size, bytes), whole)
})

test('an exchange is a copy: later changes of the buffer do not change it', () => {
  const read = createExchangeReader()
  const buffer = Buffer.concat([startup, query])
  const [, exchange] = read(buffer)
  buffer.fill(0)
  assert.deepEqual(Buffer.from(exchange ?? []), query)
})

test('a pipeline without Sync is dropped when its client sends Terminate', () => {
  const read = createExchangeReader()
  assert.equal(read(Buffer.concat([startup, message('P', 'parse'), message('X')])).length, 1)
  assert.deepEqual(
    read(query).map((bytes) => Buffer.from(bytes)),
    [query],
  )
})

test('a message of COPY is refused, because the database would wait for the rest of it for ever', () => {
  const read = createExchangeReader()
  assert.throws(() => read(Buffer.concat([startup, message('d', 'rows')])), /takes no messages of type "d"/)
})

test('an exchange above the limit is refused as soon as its length is known', () => {
  const announced = message('P').fill(0x7f, 1)
  assert.throws(() => createExchangeReader(1_000)(Buffer.concat([startup, announced])), /it takes 1000/)
  const read = createExchangeReader(1_000)
  const half = message('P', 'x'.repeat(600))
  read(Buffer.concat([startup, half]))
  assert.throws(() => read(half), /it takes 1000/)
})
