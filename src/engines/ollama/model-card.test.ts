import assert from 'node:assert/strict'
import { test } from 'node:test'
import { taggedName } from './model-card.ts'

test('a name without a tag means the newest, and the port of a registry is no tag', () => {
  for (const [name, tagged] of [
    ['qwen3', 'qwen3:latest'],
    ['qwen3:0.6b', 'qwen3:0.6b'],
    ['registry:5000/mine', 'registry:5000/mine:latest'],
    ['registry:5000/mine:1b', 'registry:5000/mine:1b'],
    ['mine/', 'mine/:latest'],
  ] as const)
    assert.equal(taggedName(name), tagged)
})

test('a name of a megabyte, which a broken engine may list, takes no time', { timeout: 5_000 }, () => {
  const name = `${':'.repeat(1_000_000)}/`
  const begun = performance.now()
  assert.equal(taggedName(name), `${name}:latest`)
  assert.ok(performance.now() - begun < 1_000)
})
