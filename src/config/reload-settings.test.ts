import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from './load-config.ts'
import { reloadSettings } from './reload-settings.ts'

const config = (env: Record<string, string>) =>
  loadConfig({ platform: 'linux', home: '/home/ann', cwd: '/nowhere', env })

test('settings that can change while the server runs are taken over, and the others are named', () => {
  const current = config({ PORT: '1', CHATTERD_MAX_BODY: '1MiB', CHATTERD_HOSTS: 'a.example.org' })
  const next = config({ PORT: '2', CHATTERD_MAX_BODY: '2MiB', CHATTERD_LOG_LEVEL: 'debug' })
  const reloaded = reloadSettings(current, next)
  assert.deepEqual(reloaded.needRestart, ['port'])
  assert.deepEqual(reloaded.config, { ...next, port: 1 })
})

test('settings that are the same change nothing', () => {
  const current = config({ CHATTERD_HOSTS: 'a.example.org' })
  const { needRestart, config: reloaded } = reloadSettings(
    current,
    config({ CHATTERD_HOSTS: 'a.example.org' }),
  )
  assert.deepEqual(needRestart, [])
  assert.deepEqual(reloaded, current)
})
