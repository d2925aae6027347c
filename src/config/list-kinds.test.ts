import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { test } from 'node:test'
import { certificateNames, hostNames, webOrigins } from './list-kinds.ts'

const context = { base: '/srv', home: '/home/ann', paths: posix }

test('host names are a list, separated by commas or spaces', () => {
  assert.deepEqual(hostNames.parse('Chat.example.org, *.example.com desk', context), [
    'chat.example.org',
    '*.example.com',
    'desk',
  ])
  for (const text of ['', ',', '*', 'a:80', 'https://a', 'a.*', 'a..b', '[::1]', 'a/b'])
    assert.equal(hostNames.parse(text, context), undefined, text)
})

test('a certificate contains names and addresses', () => {
  assert.deepEqual(certificateNames.parse('Chat.example.org, *.a.example 192.168.1.5 2001:db8::5', context), [
    'chat.example.org',
    '*.a.example',
    '192.168.1.5',
    '2001:db8::5',
  ])
  for (const text of ['', 'a:80', 'https://a', 'under_score', '[::1]', '-a'])
    assert.equal(certificateNames.parse(text, context), undefined, text)
})

test('web origins get the form in which browsers send them', () => {
  assert.deepEqual(
    webOrigins.parse('HTTPS://Chat.example.org:443/,http://localhost:5173 capacitor://localhost *', context),
    ['https://chat.example.org', 'http://localhost:5173', 'capacitor://localhost', '*'],
  )
  for (const text of [
    '',
    'chat.example.org',
    'https://a/path',
    'https://*.a',
    'https://u@a',
    'null',
    'https://a?b',
  ])
    assert.equal(webOrigins.parse(text, context), undefined, text)
})
