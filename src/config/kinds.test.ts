import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { test } from 'node:test'
import { bytes, choice, count, databaseUrl, duration, host, type Kind, path, port, url } from './kinds.ts'

const context = { base: '/srv', home: '/home/ann', paths: posix }

function parsed<T>(kind: Kind<T>, texts: string[]): (T | undefined)[] {
  return texts.map((text) => kind.parse(text, context))
}

test('durations are milliseconds, and a bare number is seconds', () => {
  const kind = duration('0s', '24h')
  assert.deepEqual(
    parsed(kind, ['500ms', '15s', '10m', '1h', '1.5h', '15', '0s']),
    [500, 15_000, 600_000, 3_600_000, 5_400_000, 15_000, 0],
  )
})

test('sizes are bytes, with decimal and binary units, in upper or lower case', () => {
  const kind = bytes('0B', '1GiB')
  assert.deepEqual(
    parsed(kind, ['64KiB', '4MiB', '1GB', '1kb', '100', '12B', '0.5MiB']),
    [65_536, 4_194_304, 1_000_000_000, 1000, 100, 12, 524_288],
  )
})

test('other texts are not accepted as a duration or a size', () => {
  const wrong = [
    '',
    'soon',
    '15 s',
    '-1s',
    '1e3',
    '10min',
    '1h30m',
    '.5s',
    '1.s',
    '15constructor',
    'Infinity',
  ]
  assert.deepEqual(
    parsed(duration('0s', '24h'), wrong),
    wrong.map(() => undefined),
  )
  const sizes = ['', 'big', '4 MiB', '-1', '1e3', '4M', '4MiBs', '0x10', '12toString']
  assert.deepEqual(
    parsed(bytes('0B', '1GiB'), sizes),
    sizes.map(() => undefined),
  )
})

test('bounds are inclusive', () => {
  assert.deepEqual(parsed(duration('1s', '1m'), ['999ms', '1s', '1m', '60001ms']), [
    undefined,
    1000,
    60_000,
    undefined,
  ])
  assert.deepEqual(parsed(bytes('1KiB', '2KiB'), ['1023', '1KiB', '2KiB', '2049']), [
    undefined,
    1024,
    2048,
    undefined,
  ])
  assert.deepEqual(parsed(count(1, 16), ['0', '1', '16', '17']), [undefined, 1, 16, undefined])
  assert.deepEqual(parsed(port, ['0', '65535', '65536']), [0, 65535, undefined])
})

test('a count is a whole number, written in digits', () => {
  const wrong = ['1.5', '-1', '+1', '1e2', '0x10', 'ten', '1_000', '']
  assert.deepEqual(
    parsed(count(0, 1000), wrong),
    wrong.map(() => undefined),
  )
})

test('a choice is exactly one of its words', () => {
  assert.deepEqual(parsed(choice('mode', ['off', 'dev']), ['off', 'dev', 'Dev', 'on', '']), [
    'off',
    'dev',
    undefined,
    undefined,
    undefined,
  ])
})

test('an address to listen on is an address or a name, not a URL', () => {
  const right = ['127.0.0.1', '::1', '::', 'localhost', 'my-box.local', 'fe80::1%eth0']
  assert.deepEqual(parsed(host, right), right)
  const wrong = ['http://localhost', 'localhost/', '[::1]', 'two words', '']
  assert.deepEqual(
    parsed(host, wrong),
    wrong.map(() => undefined),
  )
})

test('a URL begins with one of its protocols and can be parsed', () => {
  const right = ['postgres://localhost/chat', 'postgresql://ann:s3cret@db:5433/chat?sslmode=require']
  assert.deepEqual(parsed(databaseUrl, right), right)
  assert.deepEqual(parsed(databaseUrl, ['postgres://ann:s@/chat?host=/run', 'postgres:///chat?host=/run']), [
    'postgres://ann:s@localhost/chat?host=/run',
    'postgres:///chat?host=/run',
  ])
  const wrong = [
    'mysql://localhost/chat',
    'localhost',
    'postgres://ann:a#b@db/chat',
    'postgres://db:port/chat',
  ]
  assert.deepEqual(
    parsed(databaseUrl, wrong),
    wrong.map(() => undefined),
  )
  assert.equal(url('http', 'https').parse('ftp://example.org', context), undefined)
})

test('a path becomes absolute, from its base or from home', () => {
  assert.deepEqual(parsed(path, ['data', '/var/data', '~', '~/data', '~ann', '../x']), [
    '/srv/data',
    '/var/data',
    '/home/ann',
    '/home/ann/data',
    '/srv/~ann',
    '/x',
  ])
})
