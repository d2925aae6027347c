import assert from 'node:assert/strict'
import { test } from 'node:test'
import { engineUrl } from './engine-url.ts'

const addresses: [written: string, read: string][] = [
  ['http://127.0.0.1:11434', 'http://127.0.0.1:11434'],
  ['http://127.0.0.1:11434/', 'http://127.0.0.1:11434'],
  ['http://127.0.0.1:11434/api', 'http://127.0.0.1:11434'],
  ['http://127.0.0.1:11434/api/', 'http://127.0.0.1:11434'],
  ['0.0.0.0:11434', 'http://127.0.0.1:11434'],
  ['0.0.0.0', 'http://127.0.0.1:11434'],
  ['http://0.0.0.0:8000', 'http://127.0.0.1:8000'],
  ['myhost', 'http://myhost:11434'],
  ['myhost:', 'http://myhost:11434'],
  ['myhost:80', 'http://myhost'],
  ['myhost/api', 'http://myhost:11434'],
  [':11434', 'http://127.0.0.1:11434'],
  [':8000', 'http://127.0.0.1:8000'],
  ['::1', 'http://[::1]:11434'],
  ['[::1]:8000', 'http://[::1]:8000'],
  ['[::]', 'http://[::1]:11434'],
  ['http://myhost', 'http://myhost'],
  ['https://ai.example.org', 'https://ai.example.org'],
  ['HTTPS://ai.example.org:8443/ollama/api/', 'https://ai.example.org:8443/ollama'],
  ['https://ai.example.org/ollama/', 'https://ai.example.org/ollama'],
  ['myhost:8000/models/api', 'http://myhost:8000/models'],
  ['http://myhost:11434/v1', 'http://myhost:11434'],
  ['http://myhost:11434/v1/', 'http://myhost:11434'],
  ['http://myhost:11434/api/chat', 'http://myhost:11434'],
  ['http://myhost:11434/api/generate/', 'http://myhost:11434'],
  ['http://myhost:11434/v1/chat/completions', 'http://myhost:11434'],
  ['https://ai.example.org/ollama/v1/models', 'https://ai.example.org/ollama'],
  ['https://ai.example.org/v1/ollama', 'https://ai.example.org/v1/ollama'],
  ['http://me:secret@myhost', 'http://me:secret@myhost'],
  ['me:secret@myhost/api', 'http://me:secret@myhost:11434'],
  ['https://me:p%40ss%2Fword@myhost/v1', 'https://me:p%40ss%2Fword@myhost'],
  ['https://token@myhost', 'https://token@myhost'],
  ['me:1234@:8000', 'http://me:1234@127.0.0.1:8000'],
  [' "myhost" ', 'http://myhost:11434'],
]

for (const [written, read] of addresses) {
  test(`the address ${written} is read as ${read}`, () => {
    assert.equal(engineUrl(written), read)
  })
}

const notAddresses = [
  '',
  'http://',
  '/api',
  'ftp://myhost',
  'my host',
  'myhost:port',
  'myhost:99999',
  'http://me:100%@myhost',
  'http://me:secret@',
  'http://myhost/?model=x',
  'http://myhost/#there',
]

for (const written of notAddresses) {
  test(`"${written}" is not an address of an engine`, () => {
    assert.equal(engineUrl(written), undefined)
  })
}
