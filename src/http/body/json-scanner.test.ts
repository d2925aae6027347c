import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Excess, JsonScanner } from './json-scanner.ts'

interface Verdict {
  excess: Excess | undefined
  isExact: boolean
}

function scan(chunks: readonly Buffer[], bounds = { maxValues: 1e9, maxDepth: 1e9 }): Verdict {
  const scanner = new JsonScanner(bounds)
  let excess: Excess | undefined
  for (const chunk of chunks) excess ??= scanner.feed(chunk)
  scanner.end()
  return { excess, isExact: scanner.isExact }
}

function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const members = Object.values(value)
  return members.reduce((sum: number, member) => sum + valuesOf(member), members.length)
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function isWrittenExactly(text: string): boolean {
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/gs, '""').match(/-?\d[\d.eE+-]*/g) ?? []
  return numbers.every((number) => String(Number(number)) === number)
}

const number = fc.oneof(
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    '-0',
    '0.0',
    '3.10',
    '1602251441.001700',
    '1e3',
    '1E+2',
    '123456789012345',
    '1234567890123456789',
  ),
)
const string = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 100 }).map((value) => JSON.stringify(value)),
  fc
    .array(fc.constantFrom('\\\\', '\\"', '\\u005c', 'a', ',', '[', '}', '1.0', '漢'), { maxLength: 200 })
    .map((parts) => `"${parts.join('')}"`),
)
const space = fc.constantFrom('', ' ', '\n\t ', '\r\n')
const join = (parts: readonly (readonly string[])[]) => parts.map((part) => part.join('')).join(',')
const { document } = fc.letrec<{ document: string; array: string; object: string }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('true', 'false', 'null'),
    number,
    string,
    tie('array'),
    tie('object'),
  ),
  array: fc
    .tuple(fc.array(fc.tuple(space, tie('document'), space), { maxLength: 5 }), space)
    .map(([elements, inside]) => `[${join(elements)}${inside}]`),
  object: fc
    .tuple(
      fc.uniqueArray(fc.tuple(string, space, fc.constant(':'), space, tie('document')), {
        maxLength: 5,
        selector: ([key]) => JSON.parse(key),
      }),
      space,
    )
    .map(([members, inside]) => `{${inside}${join(members)}}`),
}))

test('a document has as many values and levels as JSON.parse makes of it, wherever its bytes are cut', () => {
  fc.assert(
    fc.property(document, (text) => {
      const value: unknown = JSON.parse(text)
      const values = valuesOf(value)
      const depth = depthOf(value)
      const bytes = Buffer.from(text)
      const step = Math.max(1, Math.floor(bytes.length / 50))
      for (let cut = 0; cut <= bytes.length; cut += step) {
        const chunks = [bytes.subarray(0, cut), bytes.subarray(cut)]
        const expected = { excess: undefined, isExact: isWrittenExactly(text) }
        assert.deepEqual(scan(chunks, { maxValues: values, maxDepth: depth }), expected)
        if (values > 0)
          assert.equal(scan(chunks, { maxValues: values - 1, maxDepth: depth }).excess, 'values')
        if (depth > 0) assert.equal(scan(chunks, { maxValues: values, maxDepth: depth - 1 }).excess, 'depth')
      }
      const single = [...bytes].map((byte) => Buffer.from([byte]))
      assert.deepEqual(scan(single, { maxValues: values, maxDepth: depth }), scan([bytes]))
    }),
    { numRuns: 300 },
  )
})

test('a bound is noticed with the byte that exceeds it', () => {
  const scanner = new JsonScanner({ maxValues: 2, maxDepth: 2 })
  assert.equal(scanner.feed(Buffer.from('[1,[')), undefined)
  assert.equal(scanner.feed(Buffer.from('[')), 'depth')
  assert.equal(
    scan([Buffer.from('{"a":1,"b":[]'), Buffer.from(',')], { maxValues: 2, maxDepth: 9 }).excess,
    'values',
  )
})

test('a number that a double does not hold as it is written is noticed, and no other', () => {
  const exact = [
    '0',
    '-1',
    '0.1',
    '123456789012345',
    '9007199254740991',
    '1.5',
    '"1.0"',
    '["1e3", 0]',
    '{"1.0": 2}',
  ]
  const inexact = [
    ...['1.0', '3.10', '-0', '1e3', '1E3', '1602251441.001700', '9007199254740993', '1234567890123456789'],
    ...[`0.${'1'.repeat(40)}`, '1'.repeat(1_000), '[1, {"a": 2.50}]'],
  ]
  for (const text of exact) assert.equal(scan([Buffer.from(text)]).isExact, true, text)
  for (const text of inexact) {
    const bytes = Buffer.from(text)
    for (let cut = 0; cut <= bytes.length; cut += 1)
      assert.equal(scan([bytes.subarray(0, cut), bytes.subarray(cut)]).isExact, false, text)
  }
})

test('bytes that are no JSON are read to their end as well', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (array, cut) => {
      const bytes = Buffer.from(array)
      assert.deepEqual(scan([bytes.subarray(0, cut), bytes.subarray(cut)]), scan([bytes]))
    }),
  )
})
