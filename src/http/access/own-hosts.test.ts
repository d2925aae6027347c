import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHostCheck } from './own-hosts.ts'
import { parseHost } from './parse-host.ts'

test('a host is a name or an address, with a port or without, in any case', () => {
  const hosts: [text: string, name: string, port: string][] = [
    ['LocalHost:8080', 'localhost', '8080'],
    ['chat.example.org.', 'chat.example.org', ''],
    ['192.0.2.1:80', '192.0.2.1', '80'],
    ['[::1]:8080', '::1', '8080'],
    ['my_machine:', 'my_machine', ''],
  ]
  for (const [text, name, port] of hosts) assert.deepEqual(parseHost(text), { name, port }, text)
  for (const text of [
    '',
    '.',
    ':80',
    'a b',
    'a@b',
    'a/b',
    '::1',
    '[a]',
    '[127.0.0.1]',
    'a:80:80',
    'a, b',
    'a:x',
  ])
    assert.equal(parseHost(text), undefined, text)
})

test('a server has the names of its machine, localhost, every address and the names of its settings', () => {
  const settings = { listenHost: 'Chat.lan', machineName: 'Desk', hosts: ['a.example.org', '*.example.com'] }
  const isOwn = createHostCheck(settings)
  const own = [
    ...['localhost', 'x.localhost', 'desk', 'desk.local', 'chat.lan', 'a.example.org', 'x.y.example.com'],
    ...['127.0.0.1', '10.0.2.2', '203.0.113.9', '::1', '2001:db8::1'],
  ]
  for (const name of own) assert.equal(isOwn(name), true, name)
  const others = [
    'evil.example',
    'b.example.org',
    'example.com',
    'notexample.com',
    'desk.evil.example',
    '1.2.3',
    '',
  ]
  for (const name of others) assert.equal(isOwn(name), false, name)
})

test('a machine whose name ends in .local is found with it and without', () => {
  const isOwn = createHostCheck({ listenHost: '0.0.0.0', machineName: 'desk.local', hosts: [] })
  assert.deepEqual(['desk', 'desk.local', 'desk.local.local'].map(isOwn), [true, true, false])
})
