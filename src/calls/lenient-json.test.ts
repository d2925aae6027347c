import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readJsonText } from './json-text.ts'

const read: [text: string, value: unknown][] = [
  ['{"a": 1,}', { a: 1 }],
  ["{'a': 'b', \"c\": [True, False, None]}", { a: 'b', c: [true, false, null] }],
  ['```json\n{"a": 1}\n```', { a: 1 }],
  ['{"a": "one\ntwo\t"}', { a: 'one\ntwo\t' }],
  ['{a: 1, b-c: "x"}', { a: 1, 'b-c': 'x' }],
  ['{"a": [1, {"b": 2}', { a: [1, { b: 2 }] }],
  ['{"a": [1, 2}', { a: [1, 2] }],
  ['{"a": 1}{"a": 1}', { a: 1 }],
  ['{"a": 1}<|call|><|start|>assistant', { a: 1 }],
  ['{"a": \\n[1]\\n}', { a: [1] }],
  ['{"a": \\\\"owl\\\\"}', { a: 'owl' }],
  ['"{\\"a\\": 1}"', { a: 1 }],
  ['{"a": "it\\\'s", }', { a: "it's" }],
  ["{'a': 'say \"hi\"'}", { a: 'say "hi"' }],
]

for (const [text, value] of read) {
  test(`${JSON.stringify(text)} is read`, () => {
    assert.deepEqual(readJsonText(text)?.value, value)
  })
}

const refused = [
  "{'a': 'it's'}",
  '{"a": "print("x", "y")"}',
  '{"a": "f(",", x)"}',
  '{"a": "one',
  '{"a": 1, "a": 2,}',
  '{"a": 1}{"a": 2}',
  '{"a": 1} and more',
  '{"a": [1, 2}, "b": 3}',
  '{"x": {"a": [1, 2}, "b": 3}',
  '{"a": C:\\new}',
  '{"a": "C:\\data",}',
  '{"a": 012,}',
  '{"a": 1.,}',
  '{"a": NaN}',
  '{"a": yes}',
  '{"a" 1}',
  '{"a": }',
  '{"a": 1,',
  '{"a":',
  'a = {"b": 1}',
  "['a' 'b']",
  '3 apples',
]

for (const text of refused) {
  test(`${JSON.stringify(text)} is refused: it can be meant in several ways, or in none`, () => {
    assert.equal(readJsonText(text), undefined)
  })
}

test('numbers keep their digits', () => {
  const read = readJsonText("{'id': 12345678901234567890, 'price': 3.10,}")
  assert.equal(JSON.stringify(read?.value), '{"id":12345678901234567890,"price":3.10}')
})

test('a member of any name is only a member', () => {
  const value = readJsonText('{"__proto__": {"a": 1}, "constructor": 2,}')?.value as object
  assert.deepEqual(Object.keys(value), ['__proto__', 'constructor'])
})

test('deep nesting is refused', () => {
  assert.equal(readJsonText(`${'['.repeat(100_000)}1,`), undefined)
})

/** JSON as Python writes it, or with commas too many, or in a fence. */
const distort: ((json: string) => string)[] = [
  (json) => `\`\`\`json\n${json}\n\`\`\``,
  (json) => `${json}<|im_end|>`,
  (json) => `${json}\n${json}`,
  (json) => JSON.stringify(json),
  (json) => json.replace(/\}$/, ',}').replace('{,}', '{}'),
  (json) => json.replace(/[\]}]+$/, ''),
]

test('an object that was distorted is read as the object that it was', () => {
  const objects = fc.dictionary(fc.string(), fc.jsonValue({ noUnicodeString: false }), {
    minKeys: 1,
    noNullPrototype: true,
  })
  fc.assert(
    fc.property(objects, fc.constantFrom(...distort), (object, change) => {
      const json = JSON.stringify(object)
      const text = change(json)
      const found = readJsonText(text)
      // A last value that is not closed may be an empty list or an object, of which nothing is left.
      if (found === undefined) fc.pre(!/[[{:,]$/.test(text))
      assert.equal(JSON.stringify(found?.value), json)
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('what is read of any text is the same as JSON says, where it is JSON', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      assert.equal(
        JSON.stringify(readJsonText(json)?.value ?? JSON.parse(json)),
        JSON.stringify(JSON.parse(json)),
      )
    }),
    { numRuns: 200, seed: 1 },
  )
})
