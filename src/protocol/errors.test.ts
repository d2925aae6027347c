import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ChatterdError, errorKinds } from './errors.ts'

const readPage = (page: string) => readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')

test('the page of the native dialect has every error code with its status, its title and whether a retry helps', () => {
  const rows = [
    ...readPage('native.md').matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| ([^|]+) \| (yes|no) \| [^|]+ \|$/gm),
  ].map(([, code, status, title, retry]) => [code, { status: Number(status), title, retry: retry === 'yes' }])
  assert.deepEqual(Object.fromEntries(rows), errorKinds)
})

test('the page of the classic dialect has every error code but those that only the native dialect has', () => {
  const rows = [...readPage('dialect.md').matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(
    ([, code, status]) => [code, Number(status)],
  )
  const nativeOnly = ['unknown-call', 'result-conflict', 'approval-conflict', 'call-closed']
  const expected = Object.entries(errorKinds)
    .filter(([code]) => !nativeOnly.includes(code))
    .map(([code, { status }]) => [code, status])
  assert.deepEqual(Object.fromEntries(rows), Object.fromEntries(expected))
})

test('an error has its message and the status of its code', () => {
  const error = new ChatterdError('unknown-model', "model 'x' not found")
  assert.equal(error.message, "model 'x' not found")
  assert.equal(error.status, 404)
})
