import assert from 'node:assert/strict'
import { test } from 'node:test'
import { idleSettings } from './idle-settings.ts'
import { readSettings } from './load-config.ts'

const noticesOf = (flags: Record<string, string>, env: Record<string, string> = {}) =>
  idleSettings(readSettings({ platform: 'linux', home: '/home/ann', cwd: '/nowhere', env, flags }))

test('a setting that has no effect in the chosen mode is reported, with where it is given and the reason', () => {
  assert.deepEqual(noticesOf({}, { CHATTERD_DATABASE_POOL: '3' }), [
    'database-pool (CHATTERD_DATABASE_POOL in the environment) has no effect: there is no database-url, so the embedded database is used',
  ])
  assert.deepEqual(noticesOf({ 'disconnect-grace': '3s', 'engine-poll': '1s', engine: 'demo' }), [
    'engine-poll (--engine-poll) has no effect: engine is not auto, so Ollama is not looked for',
    'disconnect-grace (--disconnect-grace) has no effect: when-disconnected is finish, so no turn is cancelled then',
  ])
  assert.equal(noticesOf({ 'database-url': 'postgres://db/chat', 'data-dir': '/data' }).length, 1)
  assert.equal(noticesOf({ engine: 'demo' }, { OLLAMA_BASE_URL: 'http://gpu' }).length, 1)
})

test('settings that have an effect, and variables of other programs, are not reported', () => {
  assert.deepEqual(noticesOf({}), [])
  assert.deepEqual(noticesOf({ engine: 'demo' }, { OLLAMA_HOST: 'gpu', HTTPS_PROXY: 'http://proxy' }), [])
  const postgres = { 'database-url': 'postgres://db/chat', 'database-pool': '3', 'hang-timeout': '1m' }
  assert.deepEqual(noticesOf({ ...postgres, 'data-dir': '/data', tls: 'dev' }), [])
  assert.deepEqual(
    noticesOf({ 'when-disconnected': 'stop', 'disconnect-grace': '3s', 'engine-poll': '1s' }),
    [],
  )
})
