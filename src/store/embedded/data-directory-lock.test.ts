import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { lockDataDirectory } from './data-directory-lock.ts'

async function makeDataDir(t: TestContext): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  t.after(() => rm(dataDir, { recursive: true, force: true }))
  return dataDir
}

/** A process that locks the directory, prints the result in its first line, and runs until it is killed. */
const program = `
  const { lockDataDirectory } = await import(${JSON.stringify(new URL('./data-directory-lock.ts', import.meta.url).href)})
  try {
    globalThis.lock = lockDataDirectory(process.argv[1])
    console.log('locked')
  } catch (error) {
    console.log(error.message)
  }
  process.stdin.resume()`

async function startProcess(t: TestContext, dataDir: string) {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', program, dataDir])
  t.after(() => child.kill('SIGKILL'))
  let warnings = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    warnings += chunk.toString()
  })
  assert(child.stdout)
  const [firstLine] = await once(createInterface(child.stdout), 'line')
  return { child, output: String(firstLine), warnings: () => warnings }
}

test('the error of a second process says which process uses the data, since when, and its address', async (t) => {
  const dataDir = await makeDataDir(t)
  const lock = lockDataDirectory(dataDir)
  const { output } = await startProcess(t, dataDir)
  assert.match(
    output,
    new RegExp(`^The database in ${dataDir} is in use by chatterd, process ${process.pid}, since 20`),
  )
  assert.match(output, /; stop it, or give this one another data directory \(CHATTERD_DATA_DIR\)\.$/)
  lock.announce('http://127.0.0.1:8080')
  assert.match((await startProcess(t, dataDir)).output, /, serving http:\/\/127\.0\.0\.1:8080;/)
  lock.release()
  assert.equal((await startProcess(t, dataDir)).output, 'locked')
})

test('a second lock within the same process is refused too, and does not release the first', async (t) => {
  const dataDir = await makeDataDir(t)
  const lock = lockDataDirectory(dataDir)
  assert.throws(() => lockDataDirectory(dataDir), /is in use by chatterd/)
  assert.match((await startProcess(t, dataDir)).output, /is in use by chatterd/)
  lock.release()
})

test('the directory of a killed process can be locked at once', async (t) => {
  const dataDir = await makeDataDir(t)
  for (let round = 0; round < 3; round += 1) {
    const { child, output, warnings } = await startProcess(t, dataDir)
    assert.equal(output, 'locked')
    assert.equal(warnings(), '')
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  lockDataDirectory(dataDir).release()
})

test('of ten processes at once exactly one locks the directory', async (t) => {
  const dataDir = await makeDataDir(t)
  const processes = await Promise.all(Array.from({ length: 10 }, () => startProcess(t, dataDir)))
  assert.equal(processes.filter(({ output }) => output === 'locked').length, 1)
  assert.equal(processes.filter(({ output }) => output.includes('is in use by chatterd')).length, 9)
})

test('the error names a data directory that cannot be made', () => {
  assert.throws(
    () => lockDataDirectory('/dev/null/chatterd'),
    /The data directory \/dev\/null\/chatterd cannot be used: /,
  )
})
