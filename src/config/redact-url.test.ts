import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { redactCredentials, redactUrl } from './redact-url.ts'

test('a password in a URL is not shown', () => {
  assert.equal(redactUrl('postgres://ann:s3cret@db:5432/chat'), 'postgres://ann:***@db:5432/chat')
  assert.equal(redactUrl('postgres://:s3cret@db/chat'), 'postgres://:***@db/chat')
  assert.equal(redactUrl('ann:s3cret@gpu:11434'), 'ann:***@gpu:11434')
})

test('a password in a query parameter is not shown', () => {
  assert.equal(
    redactUrl('postgres://db/chat?user=ann&password=s3cret&sslmode=require'),
    'postgres://db/chat?user=ann&password=***&sslmode=require',
  )
  assert.equal(redactUrl('postgres://db/chat?password=a@b#c'), 'postgres://db/chat?password=***')
})

test('where a user name can be a key, it is not shown either', () => {
  assert.equal(redactCredentials('https://ann:s3cret@gpu/ollama'), 'https://***@gpu/ollama')
  assert.equal(redactCredentials('https://s3cret@gpu'), 'https://***@gpu')
  assert.equal(redactCredentials('s3cret@gpu:11434'), '***@gpu:11434')
  assert.equal(redactCredentials('http://127.0.0.1:11434'), 'http://127.0.0.1:11434')
})

test('a URL without secrets is shown unchanged', () => {
  for (const url of [
    'postgres://ann@db/chat',
    'http://127.0.0.1:11434/api',
    'http://[::1]:8080',
    '127.0.0.1:1',
  ]) {
    assert.equal(redactUrl(url), url)
  }
})

test('no password is shown, even where the URL is malformed', () => {
  const awkward = fc.string({
    unit: fc.constantFrom('/', '@', ':', '#', '?', '%', ' ', '\n', 'x'),
    maxLength: 8,
  })
  fc.assert(
    fc.property(awkward, awkward, (before, after) => {
      assert.ok(!redactUrl(`postgres://ann:${before}s3cret${after}@db:5432/chat`).includes('s3cret'))
    }),
  )
})
