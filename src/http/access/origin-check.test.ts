import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOriginCheck } from './origin-check.ts'
import { parseHost } from './parse-host.ts'

function judge(origin: string, host: string, listenHost = '0.0.0.0', origins?: string[]) {
  return createOriginCheck({ listenHost, origins })(origin, parseHost(host))
}

test("a page of the server's own host and port is its own, also behind a proxy that ends TLS", () => {
  for (const [origin, host] of [
    ['http://10.0.0.5:8080', '10.0.0.5:8080'],
    ['http://[2001:db8::1]:8080', '[2001:db8::1]:8080'],
    ['https://chat.example.org', 'chat.example.org'],
    ['https://chat.example.org', 'Chat.Example.org:443'],
    ['http://chat.example.org', 'chat.example.org:80'],
  ] as const)
    assert.equal(judge(origin, host), 'own', origin)
  for (const [origin, host] of [
    ['http://10.0.0.5:8081', '10.0.0.5:8080'],
    ['http://10.0.0.5', '10.0.0.5:8080'],
    ['https://chat.example.org', 'chat.example.org:80'],
    ['ftp://chat.example.org', 'chat.example.org'],
    ['http://chat.example.org.evil.example', 'chat.example.org'],
    ['http://x@chat.example.org', 'chat.example.org'],
    ['null', 'chat.example.org'],
    ['', 'chat.example.org'],
  ] as const)
    assert.equal(judge(origin, host), 'refused', origin)
})

test('pages on loopback are allowed where the server listens on loopback, and the setting is not given', () => {
  const pages = ['http://localhost:5173', 'https://127.0.0.1', 'http://[::1]:3000']
  for (const page of pages) {
    for (const host of ['127.0.0.1', 'localhost', '::1'])
      assert.equal(judge(page, '127.0.0.1:8080', host), 'allowed', page)
    assert.equal(judge(page, '10.0.0.5:8080', '0.0.0.0'), 'refused', page)
    assert.equal(judge(page, '127.0.0.1:8080', '127.0.0.1', ['https://a.example']), 'refused', page)
  }
  for (const page of ['http://localhost.evil.example', 'http://127.0.0.1.evil.example', 'file://', 'null'])
    assert.equal(judge(page, '127.0.0.1:8080', '127.0.0.1'), 'refused', page)
})

test('pages of the origins in the setting are allowed, and with * all pages', () => {
  const origins = ['https://a.example', 'capacitor://localhost']
  for (const page of origins) assert.equal(judge(page, '10.0.0.5', '0.0.0.0', origins), 'allowed')
  for (const page of ['http://a.example', 'https://a.example:8443', 'https://b.a.example'])
    assert.equal(judge(page, '10.0.0.5', '0.0.0.0', origins), 'refused')
  for (const page of ['https://b.example', 'null'])
    assert.equal(judge(page, '10.0.0.5', '0.0.0.0', ['*']), 'allowed')
})
