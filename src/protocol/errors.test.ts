import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ChatterdError, errorStatus } from './errors.ts'

test('the documentation tells every error code with its status, and no others', () => {
  const page = readFileSync(new URL('../../docs/dialect.md', import.meta.url), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code, status]) => [
    code,
    Number(status),
  ])
  assert.deepEqual(Object.fromEntries(rows), errorStatus)
})

test('an error carries its words and the status of its code', () => {
  const error = new ChatterdError('unknown-model', "model 'x' not found")
  assert.equal(error.message, "model 'x' not found")
  assert.equal(error.status, 404)
})
