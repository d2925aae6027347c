import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { initDatabase } from './init-database.ts'

test('a creation that is killed leaves no database, and the next one removes its files and makes it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const directory = join(folder, 'database')
  // Killed just after the start of its child process, which runs on for a while.
  const script = `
    import child_process from 'node:child_process'
    import { syncBuiltinESMExports } from 'node:module'
    const { fork } = child_process
    child_process.fork = (...given) => {
      fork(...given)
      process.kill(process.pid, 'SIGKILL')
    }
    syncBuiltinESMExports()
    const { initDatabase } = await import(${JSON.stringify(new URL('./init-database.ts', import.meta.url).href)})
    await initDatabase(process.argv[1])`
  const killed = spawn(process.execPath, ['--input-type=module', '-e', script, directory])
  assert.deepEqual(await once(killed, 'exit'), [null, 'SIGKILL'])
  assert.match((await readdir(folder)).join(), /^database\.new-\w+$/)

  const progress: string[] = []
  await initDatabase(directory, { onProgress: (text) => progress.push(text) })
  assert.deepEqual(await readdir(folder), ['database'])
  assert(existsSync(join(directory, 'PG_VERSION')))
  assert.match(progress.join(), /^Creating the embedded database/)
})

test('a database that exists is not changed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, 'database'))
  await initDatabase(join(folder, 'database'), { onProgress: assert.fail })
  assert.deepEqual(await readdir(join(folder, 'database')), [])
})

test('a creation that takes too long is ended, throws, and leaves nothing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const creation = initDatabase(join(folder, 'database'), { createTimeoutMs: 1 })
  await assert.rejects(creation, /could not be created in .*: the process was ended by SIGKILL/)
  assert.deepEqual(await readdir(folder), [])
})
