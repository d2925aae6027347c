import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { readFunctions, readSchema } from './read-schema.ts'

/** A schema's folder with these files, and a version file with the checksum of its functions, or with another `checksum`. */
async function folderOf(t: TestContext, files: Record<string, string>, checksum?: string): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries({
    'tables/README.md': '',
    'functions/README.md': '',
    ...files,
  })) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const url = pathToFileURL(`${folder}/`)
  const functions = await readFunctions(new URL('functions/', url))
  const version = { version: 3, checksum: checksum ?? functions.checksum }
  await writeFile(new URL('functions/version.json', url), JSON.stringify(version))
  return url
}

test('migrations are read in order, with checksums that do not depend on line ends', async (t) => {
  const unix = await readSchema(
    await folderOf(t, { 'tables/0002-rows.sql': 'b', 'tables/0001-first-tables.sql': 'a\nb\n' }),
  )
  const windows = await readSchema(await folderOf(t, { 'tables/0001-first-tables.sql': 'a\r\nb\r\n' }))
  assert.deepEqual(
    unix.migrations.map(({ number, name }) => [number, name]),
    [
      [1, 'first-tables'],
      [2, 'rows'],
    ],
  )
  assert.equal(unix.migrations[0]?.checksum, windows.migrations[0]?.checksum)
  assert.notEqual(unix.migrations[0]?.checksum, unix.migrations[1]?.checksum)
})

test('functions are read as one text, with their version', async (t) => {
  const files = { 'functions/b.sql': 'second\r\n', 'functions/a.sql': 'first\n' }
  const { functions } = await readSchema(await folderOf(t, files))
  assert.equal(functions.sql, 'first\n\nsecond\n')
  assert.equal(functions.version, 3)
})

test('functions that were changed without a new version are refused', async (t) => {
  const folder = await folderOf(t, { 'functions/a.sql': 'changed' }, 'checksum of another text')
  await assert.rejects(readSchema(folder), /functions\/ has changed: `npm run schema` gives it a new version/)
})

test('migrations with a gap, a duplicate number or a wrong name are refused', async (t) => {
  for (const names of [['0002-b.sql'], ['0001-a.sql', '0001-b.sql'], ['1-a.sql'], ['0001-a.sql', 'b.sql']]) {
    const folder = await folderOf(t, Object.fromEntries(names.map((name) => [`tables/${name}`, ''])))
    await assert.rejects(readSchema(folder), /has a wrong name: migrations are named/)
  }
})
