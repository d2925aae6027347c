import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json } from '../../../client/types.ts'
import { isShortList, tableOf } from './arrange-value.ts'
import {
  approvalLimits,
  countValues,
  describeValue,
  isWhole,
  openedLimits,
  previewValue,
} from './describe-value.ts'
import { prettyJson, readOutput } from './json-text.ts'

const nested = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as Json

test('an object is names and values, and a list is numbers from 1 and values', () => {
  assert.deepEqual(describeValue({ a: 'x', b: [true] }, openedLimits), {
    kind: 'members',
    list: false,
    left: 0,
    members: [
      { name: 'a', value: { kind: 'text', text: 'x', left: 0 } },
      {
        name: 'b',
        value: {
          kind: 'members',
          list: true,
          left: 0,
          members: [{ name: '1', value: { kind: 'plain', text: 'true', type: 'boolean', inexact: false } }],
        },
      },
    ],
  })
})

test('what is too much is left out and counted', () => {
  const long = describeValue('x'.repeat(25_000), openedLimits)
  assert.ok(long.kind === 'text' && long.text.length === 20_000 && long.left === 5_000)
  const wide = describeValue(
    Array.from({ length: 1000 }, (_, index) => index),
    openedLimits,
  )
  assert.ok(wide.kind === 'members' && wide.members.length === 60 && wide.left === 940)
  const both = describeValue(
    Array.from({ length: 60 }, () => Array.from({ length: 60 }, () => 1)),
    openedLimits,
  )
  assert.ok(countValues(both) <= openedLimits.total)
  assert.equal(isWhole(describeValue(nested(50), openedLimits)), false)
})

test('a value with a hundred thousand levels is shown without an overflow of the stack', () => {
  assert.ok(countValues(describeValue(nested(100_000), openedLimits)) < 20)
  assert.match(prettyJson(nested(100_000)), /^\[|nested too deep/)
})

test('what somebody approves is whole, or known not to be', () => {
  const text = describeValue({ text: 'x'.repeat(1_000_000) }, approvalLimits)
  assert.equal(isWhole(text), true)
  const wide = describeValue(
    Array.from({ length: 201 }, () => 0),
    approvalLimits,
  )
  assert.equal(isWhole(wide), false)
  assert.equal(isWhole(describeValue(nested(10), approvalLimits)), false)
})

test('an integer that the browser has rounded is marked', () => {
  const node = describeValue(JSON.parse('[9007199254740993, 12]') as Json, openedLimits)
  assert.ok(node.kind === 'members')
  assert.deepEqual(
    node.members.map(({ value }) => value.kind === 'plain' && value.inexact),
    [true, false],
  )
})

test('members named like those of every object are shown as any other', () => {
  const node = describeValue(JSON.parse('{"__proto__": 1, "constructor": "x"}') as Json, openedLimits)
  assert.ok(node.kind === 'members')
  assert.deepEqual(
    node.members.map(({ name }) => name),
    ['__proto__', 'constructor'],
  )
})

test('the line of a call has its arguments in short', () => {
  assert.equal(previewValue({ latitude: 42.29, longitude: '-83.71' }), 'latitude 42.29, longitude -83.71')
  assert.equal(previewValue({ a: { b: 1 }, c: [1, 2], d: [], e: null }), 'a {…}, c [2], d [], e null')
  assert.equal(previewValue({}), '')
  assert.equal(previewValue({ text: 'x'.repeat(1000) }).length, 80)
  assert.equal(previewValue({ text: 'a\n\n b' }), 'text a b')
})

test('a list of flat objects with the same names is a table', () => {
  const table = (value: Json) => {
    const node = describeValue(value, openedLimits)
    return node.kind === 'members' ? tableOf(node) : undefined
  }
  assert.deepEqual(
    table([
      { id: 1, day: 'Mon' },
      { id: 2, day: 'Tue' },
    ])?.names,
    ['id', 'day'],
  )
  assert.equal(table([{ id: 1, day: 'Mon' }, { id: 2 }]), undefined)
  assert.equal(
    table([
      { id: 1, day: ['Mon'] },
      { id: 2, day: [] },
    ]),
    undefined,
  )
  assert.equal(table([1, 2]), undefined)
  assert.equal(table({ a: { b: 1, c: 2 }, d: { b: 1, c: 2 } }), undefined)
})

test('numbers and words in a row are one paragraph', () => {
  const short = (value: Json) => {
    const node = describeValue(value, openedLimits)
    return node.kind === 'members' && isShortList(node)
  }
  assert.equal(short([1, 2, 'three']), true)
  assert.equal(short(['x'.repeat(31)]), false)
  assert.equal(short([[1]]), false)
  assert.equal(short([]), false)
})

test('a result is JSON where it is an object or an array, and else its text', () => {
  assert.deepEqual(readOutput(' {"a": 1}'), { a: 1 })
  assert.equal(readOutput('{"a": 1'), '{"a": 1')
  assert.equal(readOutput('12'), '12')
  assert.equal(readOutput('"x"'), '"x"')
})
