import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { dumpSchema } from '../../../scripts/dump-schema.ts'
import { readSchema } from './read-schema.ts'

test('schema.sql shows the current schema: `npm run schema` writes it', async () => {
  const folder = new URL('./', import.meta.url)
  assert.equal(
    await readFile(new URL('schema.sql', folder), 'utf8'),
    await dumpSchema(await readSchema(folder)),
  )
})
