import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openNative } from '../../../../test/support/native-http/native-world.ts'
import { ChatterdError, type ErrorCode, errorKinds } from '../../../protocol/errors.ts'
import { problemOf } from './problem.ts'

test('every problem has the type, title and status of its code, and a detail', () => {
  for (const [code, { status }] of Object.entries(errorKinds)) {
    const { title, ...problem } = problemOf(new ChatterdError(code as ErrorCode, 'Details.'))
    assert.deepEqual(problem, { type: `urn:chatterd:problem:${code}`, status, detail: 'Details.', code })
    assert.ok(title.length > 0)
  }
})

test('every error below the base path is sent as a problem', async (t) => {
  const { ask } = openNative(t)
  const turns = '/conversations/chat/turns'
  const cases: [Parameters<typeof ask>, number, RegExp][] = [
    [['GET', ''], 404, /nothing at GET \/chatterd\/v1\.$/],
    [['GET', '/nothing?x=1'], 404, /nothing at GET \/chatterd\/v1\/nothing\.$/],
    [['DELETE', turns], 405, /has no DELETE; it has POST\.$/],
    [['POST', turns, '{'], 422, /cannot be read as JSON/],
    [['POST', turns, `{"input": ${'['.repeat(101)}${']'.repeat(101)}}`], 422, /more than 100 levels/],
    [['POST', turns, { input: 'x'.repeat(10_000) }], 413, /CHATTERD_MAX_BODY/],
    [['GET', '/models', '{'], 422, /cannot be read as JSON/],
    [['GET', '/conversations/%zz'], 422, /not a valid url component/],
  ]
  for (const [request, status, detail] of cases) {
    const { status: actual, type, body } = await ask(...request)
    assert.deepEqual([actual, type.split(';')[0], body.status], [status, 'application/problem+json', status])
    assert.match(String(body.detail), detail)
  }
})

test('the message of an internal error is logged and not sent', async (t) => {
  const { ask, directory, faults } = openNative(t)
  const bug = new Error('secret')
  directory.conversation = () => Promise.reject(bug)
  const { status, body } = await ask('GET', '/conversations/chat')
  assert.deepEqual(
    [status, body.code, body.detail],
    [500, 'internal', 'Something went wrong in chatterd; its log has the details.'],
  )
  assert.deepEqual(faults, [bug])
})

test('errors outside the base path are sent in the form of the classic dialect', async (t) => {
  const { app } = openNative(t)
  for (const [url, status] of [
    ['/nothing', 404],
    ['/chatterd/v1x', 404],
    ['/%zz', 422],
  ] as const) {
    const response = await app.inject({ url })
    assert.deepEqual([response.statusCode, Object.keys(response.json())], [status, ['error']])
  }
})
