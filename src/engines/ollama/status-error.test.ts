import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recording, recordings } from '../../../test/support/ollama/recordings.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { statusError } from './status-error.ts'

const recorded: Record<string, ErrorCode> = {
  'error-unknown-model': 'unknown-model',
  'error-show-unknown': 'unknown-model',
  'error-no-tools': 'engine-refused',
  'error-no-thinking': 'engine-refused',
  'error-no-model': 'engine-refused',
  'error-bad-json': 'engine-refused',
  'error-context': 'context-overflow',
}

for (const [name, code] of Object.entries(recorded)) {
  test(`the recorded ${name} is ${code}, with Ollama's message`, () => {
    const { status, answer } = recording(name)
    const error = statusError(status, answer.toString())
    assert.equal(error.code, code)
    assert.equal(error.message, JSON.parse(answer.toString()).error)
  })
}

test('every recorded error is tested here', () => {
  const refused = recordings.filter(({ status }) => status !== 200).map(({ name }) => name)
  assert.deepEqual(refused.sort(), Object.keys(recorded).sort())
})

const others: [status: number, body: string, code: ErrorCode, message: string][] = [
  [503, '{"error":"server busy, please try again"}', 'engine-busy', 'server busy, please try again'],
  [429, 'slow down', 'engine-busy', 'Ollama responded with HTTP 429: slow down'],
  [500, '{"error":"model failed to load"}', 'engine-failed', 'model failed to load'],
  [500, '', 'engine-failed', 'Ollama responded with HTTP 500: '],
  [
    502,
    '<html>Bad gateway</html>\n',
    'engine-failed',
    'Ollama responded with HTTP 502: <html>Bad gateway</html>',
  ],
  [
    400,
    '{"error":{"message":"request exceeds the available context size"}}',
    'context-overflow',
    'request exceeds the available context size',
  ],
  [400, '[]', 'engine-refused', 'Ollama responded with HTTP 400: []'],
  [302, '', 'engine-failed', 'Ollama responded with HTTP 302: '],
]
for (const [status, body, code, message] of others) {
  test(`HTTP ${status} with ${body === '' ? 'nothing' : body.trim()} is ${code}`, () => {
    const error = statusError(status, body)
    assert.equal(error.code, code)
    assert.equal(error.message, message)
  })
}
