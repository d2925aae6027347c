import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverUrls } from './server-urls.ts'

const addresses = ['my-box', '192.168.1.5', '2001:db8::5']
const at = (host: string, https = false) => serverUrls({ host, port: 8080, https, addresses })

test('a server on one address has one URL', () => {
  assert.deepEqual(at('127.0.0.1'), ['http://127.0.0.1:8080'])
  assert.deepEqual(at('::1', true), ['https://[::1]:8080'])
  assert.deepEqual(at('chat.example.org', true), ['https://chat.example.org:8080'])
})

test('a server on all addresses has a URL for each address of the machine', () => {
  assert.deepEqual(at('0.0.0.0'), ['http://127.0.0.1:8080', 'http://192.168.1.5:8080'])
  assert.deepEqual(at('::'), [
    'http://127.0.0.1:8080',
    'http://192.168.1.5:8080',
    'http://[2001:db8::5]:8080',
  ])
})
