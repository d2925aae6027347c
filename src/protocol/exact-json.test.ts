import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { exactNumber, nativeNumber, parseExact } from './exact-json.ts'

const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt().map(String),
  fc
    .tuple(fc.bigInt(), fc.stringMatching(/^[0-9]{1,25}$/))
    .map(([whole, fraction]) => `${whole}.${fraction}`),
  fc.tuple(fc.integer(), fc.integer({ min: -400, max: 400 })).map(([digits, power]) => `${digits}E${power}`),
)

test('numbers come out with the characters they were written with', () => {
  fc.assert(
    fc.property(fc.array(numbers), (all) => {
      const text = `{"a":[${all.map((number) => (number === '-0' ? '0' : number)).join()}],"b":"1.50"}`
      assert.equal(JSON.stringify(parseExact(text)), text)
    }),
  )
})

test('all but numbers is parsed as JSON.parse does', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      assert.deepEqual(JSON.parse(JSON.stringify(parseExact(text))), JSON.parse(text))
    }),
  )
  for (const text of ['', '{"a":3.10', '[1e5,]', '{"a":12345678901234567890 1}'])
    assert.throws(() => parseExact(text), SyntaxError)
})

test('a number is plain exactly where a double holds its value', () => {
  for (const [text, number] of [
    ['3.10', 3.1],
    ['1e2', 100],
    ['0.10e1', 1],
    ['-5.0', -5],
    ['0.0', 0],
    ['1E21', 1e21],
  ] as const)
    assert.equal(exactNumber(text), number)
  for (const text of ['9007199254740993', '0.12345678901234567891', '1e400', '-1602251441.0017001234567'])
    assert.equal(JSON.stringify(exactNumber(text)), text)
  for (const text of ['', '+1', '01', '.5', '1.', '0x10', 'NaN']) assert.equal(exactNumber(text), undefined)
})

test('a tool gets a BigInt for an integer that a double does not hold, and else the nearest number', () => {
  const given = ['9007199254740993', '3.10', '0.12345678901234567891', '1e2', '9007199254740992']
  assert.deepEqual(
    given.map((text) => nativeNumber(JSON.rawJSON(text))),
    [9007199254740993n, 3.1, 0.12345678901234568, 100, 9007199254740992],
  )
})
