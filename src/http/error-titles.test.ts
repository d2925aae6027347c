import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { eventSchemas } from './dialects/native/schemas/event-schemas.ts'
import { errorTitles } from './error-titles.ts'

const page = readFileSync(new URL('../../docs/native.md', import.meta.url), 'utf8')

test('the documentation tells the title of every error code', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` \| \d{3} \| ([^|]+) \|/gm)]
  assert.deepEqual(Object.fromEntries(rows.map(([, code, title]) => [code, title])), errorTitles)
})

test('the documentation tells every event', () => {
  const [, events = ''] = page.split('## Events')
  const names = [...events.matchAll(/^\| `([a-z-]+)` \| `\{/gm)].map(([, name]) => name)
  assert.deepEqual(names, Object.keys(eventSchemas))
})
