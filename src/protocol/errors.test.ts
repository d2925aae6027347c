import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ChatterdError, errorStatus } from './errors.ts'

const rowsOf = (page: string) => {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8')
  return [...text.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm)].map(([, code = '', status]) => [
    code,
    Number(status),
  ])
}

test('the documentation tells every error code with its status, and no others', () => {
  assert.deepEqual(Object.fromEntries(rowsOf('native.md')), errorStatus)
})

test('the page of the classic dialect tells all codes but those that only the native dialect has', () => {
  const native = ['unknown-call', 'result-conflict', 'call-closed']
  const known = Object.entries(errorStatus).filter(([code]) => !native.includes(code))
  assert.deepEqual(Object.fromEntries(rowsOf('dialect.md')), Object.fromEntries(known))
})

test('an error carries its words and the status of its code', () => {
  const error = new ChatterdError('unknown-model', "model 'x' not found")
  assert.equal(error.message, "model 'x' not found")
  assert.equal(error.status, 404)
})
