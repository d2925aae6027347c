import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { test } from 'node:test'

const root = new URL('../../', import.meta.url)

/** Ids of the promises of a page: the first column of each table that begins with `id`. */
function promisesOf(page: string): string[] {
  const tables = page.match(/^\| id \|.*\n\|[-|]+\|\n(?:\|.*\n)+/gm) ?? []
  return tables.flatMap((table) =>
    table
      .trim()
      .split('\n')
      .slice(2)
      .map((row) => row.split('|')[1]?.trim() ?? ''),
  )
}

/** Ids that the titles of tests in these sources cite: `test('a killed process loses nothing [stored]', …)`. */
function citationsOf(source: string): string[] {
  const titles = source.match(/\b(?:test|suite|describe)\(\s*(?:'[^'\n]*'|"[^"\n]*"|`[^`]*`)/g) ?? []
  return titles.flatMap((title) => [...title.matchAll(/\[([a-z]+(?:-[a-z]+)*)\]/g)].map(([, id = '']) => id))
}

test('every promise of docs/operations.md is cited by a test, and every citation is of a promise', async () => {
  const promises = promisesOf(await readFile(new URL('docs/operations.md', root), 'utf8'))
  assert.ok(promises.length > 0)
  const cited: string[] = []
  for await (const file of glob('{src,test}/**/*.ts', {
    cwd: root.pathname,
    exclude: ['test/promises/**'],
  })) {
    cited.push(...citationsOf(await readFile(new URL(file, root), 'utf8')))
  }
  const uncited = promises.filter((id) => !cited.includes(id))
  const unknown = [...new Set(cited)].filter((id) => !promises.includes(id))
  assert.deepEqual({ uncited, unknown }, { uncited: [], unknown: [] })
})

test('ids are found in tables and titles', () => {
  assert.deepEqual(
    promisesOf('text\n\n| id | promise |\n|---|---|\n| a-b | x |\n| c | y |\n\n| other | z |\n'),
    ['a-b', 'c'],
  )
  assert.deepEqual(citationsOf("test('x [a-b] [c]', () => {})\ntest(`y [d]`)\nconst z = '[e]'"), [
    'a-b',
    'c',
    'd',
  ])
})
