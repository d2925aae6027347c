import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../protocol/json.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { CallScanner, type Rescue } from './call-scanner.ts'

const names = ['add_note', 'web-search', 'turn_on', 'TideTable'] as const
const properties: JsonObject = {
  text: { type: 'string' },
  count: { type: 'integer' },
  more: { type: 'object' },
  list: { type: 'array' },
}
const tools = names.map(
  (name): ToolSchema => ({
    type: 'function',
    function: { name, parameters: { type: 'object', properties } },
  }),
)

/** Feeds the text in pieces that end at these indexes. */
function scan(text: string, cuts: readonly number[]): Rescue {
  const scanner = new CallScanner(tools)
  const ends = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
  const pieces = [0, ...ends].map((start, index) => text.slice(start, ends[index] ?? text.length))
  const released = pieces.map((piece) => scanner.feed(piece)).join('')
  const { text: rest, calls } = scanner.end(true)
  return { text: released + rest, calls }
}

const cuts = fc.array(fc.nat(), { maxLength: 12 })
const texts = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('{"a": 1}', "it's", '</p>', 'a\nb', '```', '"quoted"', '<b>', '[x]', '\\n', 'null'),
)
const inner = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(texts, fc.integer(), fc.boolean(), fc.constant(null)),
  {
    noNullPrototype: true,
  },
)
const args = fc.record(
  { text: texts, count: fc.integer(), more: inner, list: fc.array(fc.oneof(texts, inner), { maxLength: 3 }) },
  { requiredKeys: ['text'], noNullPrototype: true },
)
const calls = fc.record({ name: fc.constantFrom(...names), arguments: args as fc.Arbitrary<JsonObject> })
type Call = { name: string; arguments: JsonObject }

const json = ({ name, arguments: a }: Call, key = 'arguments') => JSON.stringify({ name, [key]: a })
const python = (value: Json): string => {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(python)}]`
  if (typeof value !== 'object' || JSON.isRawJSON(value)) return JSON.stringify(value)
  return `{${Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${python(member)}`)}}`
}
const pythonCall = ({ name, arguments: a }: Call) =>
  `${name}(${Object.entries(a).map(([key, value]) => `${key}=${python(value)}`)})`

/** Every form in which any call can be written. */
const forms: Record<string, (call: Call) => string> = {
  bare: (call) => json(call),
  'bare parameters': (call) => json(call, 'parameters'),
  indented: ({ name, arguments: a }) => JSON.stringify({ name, arguments: a }, null, 2),
  text: ({ name, arguments: a }) => JSON.stringify({ name, arguments: JSON.stringify(a) }),
  function: ({ name, arguments: a }) =>
    JSON.stringify({ id: 'x', type: 'function', function: { name, arguments: a } }),
  list: (call) => `[${json(call)}]`,
  calls: (call) => `{"tool_calls": [${json(call)}]}`,
  fence: (call) => `\`\`\`json\n${json(call)}\n\`\`\``,
  tag: (call) => `<tool_call>\n${json(call)}\n</tool_call>`,
  'open tag': (call) => `<tool_call>${json(call)}`,
  mistral: (call) => `[TOOL_CALLS] [${json(call)}]`,
  llama: (call) => `<|python_tag|>${json(call, 'parameters')}<|eom_id|>`,
  'function tag': ({ name, arguments: a }) => `<function=${name}>${JSON.stringify(a)}</function>`,
  deepseek: ({ name, arguments: a }) =>
    `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${JSON.stringify(a)}<｜tool▁call▁end｜>`,
  'two in fences': (call) => `\`\`\`json\n${json(call)}\n\`\`\`\n`,
  functools: (call) => `functools[${json(call)}]`,
  python: (call) => python(JSON.parse(json(call))),
}

/** Forms of names that are words of Python. */
const pythonForms: Record<string, (call: Call) => string> = {
  line: pythonCall,
  list: (call) => `[${pythonCall(call)}]`,
  'tool code': (call) => `\`\`\`tool_code\n${pythonCall(call)}\n\`\`\``,
}

const prose = fc
  .array(
    fc.constantFrom(
      'Let me look.',
      'Ich sehe nach!',
      '好的。',
      'It is 5 < 6 [1].',
      '',
      'a `b` c',
      '{x',
      '- item',
      '"',
    ),
    { maxLength: 4 },
  )
  .map((lines) => lines.map((line) => `${line}\n`).join(''))

for (const [form, write] of [...Object.entries(forms), ...Object.entries(pythonForms)]) {
  test(`any call in this form is found wherever it is cut, and the text before it comes out: ${form}`, () => {
    fc.assert(
      fc.property(prose, calls, cuts, (before, call, at) => {
        if (Object.values(pythonForms).includes(write)) fc.pre(call.name !== 'web-search')
        const found = scan(before + write(call), at)
        assert.equal(found.text, before)
        assert.equal(found.calls.length, 1)
        const [{ name, arguments: given } = {}] = found.calls
        assert.equal(name, call.name)
        assert.equal(
          JSON.stringify(typeof given === 'string' ? JSON.parse(given) : given),
          JSON.stringify(call.arguments),
        )
      }),
      { numRuns: 60, seed: 1 },
    )
  })
}

test('the arguments of a call between tags come out character by character', () => {
  const values = texts.filter((text) => !text.includes('</parameter>'))
  fc.assert(
    fc.property(prose, values, cuts, (before, value, at) => {
      const call = `<function=add_note>\n<parameter=text>\n${value}\n</parameter>\n</function>\n</tool_call>`
      const found = scan(before + call, at)
      assert.equal(found.text, before)
      assert.deepEqual(found.calls[0]?.arguments, { text: value })
    }),
    { numRuns: 200, seed: 1 },
  )
})

const pieces = fc.constantFrom(
  ...['{', '}', '[', ']', '"', "'", ':', ',', '\n', ' ', '<', '>', '/', '```', '(', ')', '=', '\\', '|'],
  ...[
    '<tool_call>',
    '</tool_call>',
    '[TOOL_CALLS]',
    '<function=',
    '<parameter=',
    '<|python_tag|>',
    '<think>',
    '</think>',
  ],
  ...[
    '"name"',
    '"arguments"',
    '"parameters"',
    'name',
    'other_tool',
    'functools',
    'call:',
    'json',
    'word',
    '"text"',
    'functions.',
    '1.5',
  ],
)

test('any text without the name of a tool comes out character by character', () => {
  const wild = fc.array(fc.oneof(pieces, texts), { maxLength: 40 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(wild, cuts, (text, at) => {
      assert.deepEqual(scan(text, at), { text, calls: [] })
    }),
    { numRuns: 1_000, seed: 1 },
  )
})

test('any text of calls and prose gives the same calls and the same text, wherever it is cut', () => {
  const written = fc
    .tuple(calls, fc.constantFrom(...Object.values(forms)))
    .map(([call, write]) => write(call))
  const wild = fc
    .array(fc.oneof(pieces, texts, written, prose), { maxLength: 12 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(wild, cuts, (text, at) => {
      const whole = scan(text, [])
      assert.deepEqual(scan(text, at), whole)
      assert.ok(text.startsWith(whole.text))
      assert.ok(whole.calls.length > 0 || whole.text === text)
    }),
    { numRuns: 500, seed: 1 },
  )
})
