import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recording, recordings } from '../../../test/support/ollama/recordings.ts'
import type { ErrorCode } from '../../protocol/errors.ts'
import { lineError, statusError } from './engine-error.ts'

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
  [500, '', 'engine-failed', 'Ollama responded with HTTP 500'],
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
  [400, '[]', 'engine-refused', 'Ollama responded with HTTP 400'],
  [302, '', 'engine-failed', 'Ollama responded with HTTP 302'],
]
for (const [status, body, code, message] of others) {
  test(`HTTP ${status} with ${body === '' ? 'nothing' : body.trim()} is ${code}`, () => {
    const error = statusError(status, body)
    assert.equal(error.code, code)
    assert.equal(error.message, message)
  })
}

const nested = '{"error":{"code":400,"message":"not today","type":"invalid_request_error"}}'
const forms: [title: string, body: string, message: string][] = [
  ['an object', nested, 'not today (invalid_request_error, HTTP 500)'],
  ['JSON in a string', JSON.stringify({ error: nested }), 'not today (invalid_request_error, HTTP 500)'],
  [
    'JSON after words',
    JSON.stringify({ error: `POST predict: ${nested}` }),
    'POST predict: not today (invalid_request_error, HTTP 500)',
  ],
  [
    'the form of vLLM',
    '{"object":"error","message":"not today","type":"BadRequestError","code":400}',
    'not today (BadRequestError, HTTP 500)',
  ],
  [
    'the form of FastAPI',
    '{"detail":[{"loc":["body"],"msg":"field required","type":"missing"}]}',
    'field required (missing, HTTP 500)',
  ],
  ['a message', '{"message":"not today"}', 'not today'],
  ['a list', '{"errors":[{"message":"not today"}]}', 'not today'],
  [
    'words in a key',
    `{"error parsing tool call":"invalid character 'c'"}`,
    "error parsing tool call: invalid character 'c'",
  ],
  [
    'words that quote a call',
    JSON.stringify({
      error: `error parsing tool call: raw='{"city":"Par', err=unexpected end of JSON input`,
    }),
    'error parsing tool call: unexpected end of JSON input',
  ],
  ['words with other JSON', JSON.stringify({ error: 'unexpected {"a":1} here' }), 'unexpected … here'],
  ['JSON without words', '{"ok":false}', 'Ollama responded with HTTP 500'],
  ['JSON without end', '{"error":{"message":"not', 'Ollama responded with HTTP 500'],
  ['several lines', '{"error":"one\\n\\ttwo\\u001b[2J"}', 'one two [2J'],
]
for (const [title, body, message] of forms) {
  test(`an error in the form of ${title} is told in words`, () => {
    assert.equal(statusError(500, body).message, message)
  })
}

const overflows: [engine: string, status: number, body: string][] = [
  ['Ollama', 400, '{"error":"the input length exceeds the context length"}'],
  [
    'Ollama with its runner',
    500,
    '{"error":"request (5000 tokens) exceeds the available context size (4096 tokens), try increasing it"}',
  ],
  [
    'llama.cpp',
    500,
    '{"error":{"code":500,"message":"try again","type":"exceed_context_size_error","n_prompt_tokens":1407,"n_ctx":256}}',
  ],
  [
    'vLLM',
    400,
    `{"object":"error","message":"This model's maximum context length is 6048 tokens. However, you requested 6616 tokens","type":"BadRequestError","code":400}`,
  ],
  [
    'an older vLLM',
    400,
    '{"object":"error","message":"The decoder prompt (length 5000) is longer than the maximum model length of 4096."}',
  ],
  [
    'vLLM with images',
    500,
    '{"error":{"message":"The prompt (total length 25938) is too long to fit into the model (context length 4096)."}}',
  ],
  [
    'LM Studio',
    400,
    '{"error":"Trying to keep the first 15857 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough."}',
  ],
  ['LM Studio with n_keep', 400, '{"error":"Cannot truncate prompt with n_keep (15028) >= n_ctx (7424)"}'],
  ['LM Studio with MLX', 500, '{"error":"Context size has been exceeded."}'],
  [
    'LM Studio without shifting',
    400,
    '{"error":"Reached context length of 4096 tokens with model (arch: qwen3) that does not currently support mid-generation context overflow."}',
  ],
  [
    'an engine that speaks as OpenAI does',
    413,
    '{"error":{"message":"too much","code":"context_length_exceeded"}}',
  ],
]
for (const [engine, status, body] of overflows) {
  test(`a prompt that is too long for ${engine} is context-overflow, in a response and in a line`, () => {
    assert.equal(statusError(status, body).code, 'context-overflow')
    assert.equal(lineError(JSON.parse(body)).code, 'context-overflow')
  })
}

test('a line has the code of the status that it names', () => {
  assert.equal(lineError({ error: 'server busy', status: 503 }).code, 'engine-busy')
  assert.equal(lineError({ error: { message: 'no', code: 400 } }).code, 'engine-refused')
  assert.equal(lineError({ error: 'no' }).code, 'engine-failed')
})

test("a client's mistake is the client's, though Ollama says 500", () => {
  for (const error of [
    'option "temperature" must be of type float32',
    'invalid format: "yaml"; expected "json" or a valid JSON Schema object',
  ])
    assert.equal(statusError(500, JSON.stringify({ error })).code, 'engine-refused')
})

test('words are short, and characters whole', () => {
  for (let before = 490; before < 510; before += 1) {
    const { message } = statusError(
      500,
      JSON.stringify({ error: `${'x'.repeat(before)}${'🙂'.repeat(9_000)}` }),
    )
    assert.ok(message.length <= 501 && message.isWellFormed())
    const page = statusError(500, `${'x'.repeat(before - 300)}${'🙂'.repeat(9_000)}`)
    assert.ok(page.message.length < 300 && page.message.isWellFormed())
  }
  assert.equal(statusError(500, '{"error":"a\\ud83d"}').message, 'a\ufffd')
})

test('a long error of a broken engine is read in linear time: in quadratic time, it takes an hour', () => {
  const error = statusError(500, JSON.stringify({ error: "raw='".repeat(400_000) }))
  assert.match(error.message, /^raw='/)
})

test('the status of an error is its cause, for the log, where the words do not have it', () => {
  const cause = new Error('HTTP 500')
  assert.deepEqual(statusError(500, '{"error":"model failed to load"}').cause, cause)
  assert.equal(lineError({ error: 'no' }).cause, undefined)
})
