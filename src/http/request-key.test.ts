import assert from 'node:assert/strict'
import { test } from 'node:test'
import { requestKeyOf } from './request-key.ts'

test('equal requests have equal digests and others have others, whether they are small or large', async () => {
  for (const input of ['Hi', 'x'.repeat(2_000_000)]) {
    const digestOf = async (body: unknown) => (await requestKeyOf('key', body))?.digest
    const digest = await digestOf({ input })
    assert.match(digest ?? '', /^[\da-f]{64}$/)
    assert.equal(await digestOf({ input }), digest)
    assert.notEqual(await digestOf({ input: `${input}.` }), digest)
  }
  assert.equal(await requestKeyOf(undefined, {}), undefined)
})
