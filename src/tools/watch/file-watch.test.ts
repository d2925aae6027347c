import assert from 'node:assert/strict'
import { once } from 'node:events'
import { appendFile, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { FileWatch } from './file-watch.ts'

/** A folder, and the names of its files whose changes are reported. */
async function open(t: TestContext, files: Record<string, string>, quietMs = 5) {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-watch-'))
  const reports: string[] = []
  const events = new EventTarget()
  const watch = new FileWatch(
    (paths) => {
      reports.push([...paths].map((path) => basename(path)).join())
      events.dispatchEvent(new Event('report'))
    },
    { quietMs, pollMs: 20 },
  )
  t.after(async () => {
    watch.close()
    await rm(folder, { recursive: true })
  })
  const path = (name: string) => join(folder, name)
  for (const [name, text] of Object.entries(files)) await writeFile(path(name), text)
  return {
    ...{ watch, path, reports },
    async reported(count: number) {
      while (reports.length < count) await once(events, 'report', { signal: t.signal })
    },
  }
}

test('a file that is written, replaced, removed and there again is reported each time', async (t) => {
  const { watch, path, reports, reported } = await open(t, { a: 'old', b: 'old' })
  await watch.watch([path('a')])
  await writeFile(path('b'), 'not watched')
  await writeFile(path('a'), 'written')
  await reported(1)
  await writeFile(path('.a'), 'replaced')
  await rename(path('.a'), path('a'))
  await reported(2)
  await rm(path('a'))
  await reported(3)
  await writeFile(path('a'), 'there again')
  await reported(4)
  assert.deepEqual(reports, ['a', 'a', 'a', 'a'])
})

test('a file that is written in parts is reported once, when it is left alone', async (t) => {
  const quietMs = 300
  const { watch, path, reports, reported } = await open(t, { a: '', b: '' }, quietMs)
  await watch.watch([path('a'), path('b')])
  const end = performance.now() + 3 * quietMs
  while (performance.now() < end) await appendFile(path('a'), 'part')
  assert.deepEqual(reports, [])
  await reported(1)
  await writeFile(path('b'), 'new')
  await reported(2)
  assert.deepEqual(reports, ['a', 'b'])
})

test('a file behind symbolic links is reported when a link leads elsewhere, as in the volumes of Kubernetes', async (t) => {
  const { watch, path, reports, reported } = await open(t, {})
  for (const version of ['..1', '..2']) {
    await mkdir(path(version))
    await writeFile(path(join(version, 'a')), version)
  }
  await symlink('..1', path('..data'))
  await symlink(join('..data', 'a'), path('a'))
  await watch.watch([path('a')])
  await symlink('..2', path('..data_tmp'))
  await rename(path('..data_tmp'), path('..data'))
  await reported(1)
  await writeFile(path(join('..2', 'a')), 'behind the link')
  await reported(2)
  assert.deepEqual(reports, ['a', 'a'])
})

test('a file in a folder that is not there yet, or is replaced, is reported when it is there', async (t) => {
  const { watch, path, reported } = await open(t, {})
  await watch.watch([path('later/a')])
  await mkdir(path('later'))
  await writeFile(path('later/a'), 'one')
  await reported(1)
  await mkdir(path('other'))
  await writeFile(path('other/a'), 'two')
  await rename(path('later'), path('gone'))
  await rename(path('other'), path('later'))
  await reported(2)
  await writeFile(path('later/a'), 'three')
  await reported(3)
})

test('what has changed before it is read is not reported, and neither are files that are not watched any more', async (t) => {
  const { watch, path, reports, reported } = await open(t, { a: 'old', b: 'old' })
  await watch.watch([path('a'), path('b')])
  await writeFile(path('a'), 'new')
  watch.refresh()
  await watch.watch([path('b')])
  await writeFile(path('a'), 'newer')
  await writeFile(path('b'), 'new')
  await reported(1)
  assert.deepEqual(reports, ['b'])
})
