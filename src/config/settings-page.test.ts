import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { settingList } from './settings.ts'
import { generateCommand, settingsPage } from './settings-page.ts'

test('docs/settings.md is up to date', () => {
  const page = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8')
  assert.ok(page === settingsPage(), `docs/settings.md is stale: run ${generateCommand}`)
})

test('every setting has exactly one row', () => {
  const rows = settingsPage().split('\n')
  for (const [, { name }] of settingList) {
    assert.equal(rows.filter((row) => row.startsWith(`| \`${name}\` |`)).length, 1, name)
  }
})
