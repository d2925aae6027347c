import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readNumbers } from './read-numbers.ts'

const sure: [text: string, numbers: string[]][] = [
  ['42.29N 83.71W', ['42.29', '-83.71']],
  ['33.87° S, 151.2° e', ['-33.87', '151.2']],
  ['42.29 N, 83.71 W.', ['42.29', '-83.71']],
  ['51.5°, −0.12°', ['51.5', '-0.12']],
  ['51.5,-0.12', ['51.5', '-0.12']],
  ['+48.85, +2.35?', ['48.85', '2.35']],
  ['a 20-sided d6', ['20']],
]
for (const [text, numbers] of sure) {
  test(`the numbers of "${text}" are ${numbers.join(' and ')}`, () => {
    assert.deepEqual(readNumbers(text).numbers, numbers)
  })
}

const unsure = [
  '48,85 2,35',
  "42°17'N 83.71W",
  '-83.71W',
  '30s',
  '2026-11-22 and 5',
  '12:30',
  'N42.29 5',
  '-.5',
]
for (const text of unsure) {
  test(`no numbers are read surely from "${text}"`, () => {
    assert.deepEqual(readNumbers(text).numbers, [])
  })
}
