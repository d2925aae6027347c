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

/** A process that claims the directory, says how that went on its first line, and lives until it is killed. */
const claimer = `
  const { lockDataDirectory } = await import(${JSON.stringify(new URL('./data-directory-lock.ts', import.meta.url).href)})
  try {
    globalThis.owner = lockDataDirectory(process.argv[1])
    console.log('owner')
  } catch (error) {
    console.log(error.message)
  }
  process.stdin.resume()`

async function startClaimer(t: TestContext, dataDir: string) {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', claimer, dataDir])
  t.after(() => child.kill('SIGKILL'))
  let warnings = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    warnings += chunk.toString()
  })
  assert(child.stdout)
  const [said] = await once(createInterface(child.stdout), 'line')
  return { child, said: String(said), warnings: () => warnings }
}

test('a second process is told which one has the data, since when, and where that one serves', async (t) => {
  const dataDir = await makeDataDir(t)
  const owner = lockDataDirectory(dataDir)
  const { said } = await startClaimer(t, dataDir)
  assert.match(
    said,
    new RegExp(`^The database in ${dataDir} is in use by chatterd, process ${process.pid}, since 20`),
  )
  assert.match(said, /; stop it, or give this one another data directory \(CHATTERD_DATA_DIR\)\.$/)
  owner.announce('http://127.0.0.1:8080')
  assert.match((await startClaimer(t, dataDir)).said, /, serving http:\/\/127\.0\.0\.1:8080;/)
  owner.release()
  assert.equal((await startClaimer(t, dataDir)).said, 'owner')
})

test('a second claim within the same process is refused too, and does not loosen the first', async (t) => {
  const dataDir = await makeDataDir(t)
  const owner = lockDataDirectory(dataDir)
  assert.throws(() => lockDataDirectory(dataDir), /is in use by chatterd/)
  assert.match((await startClaimer(t, dataDir)).said, /is in use by chatterd/)
  owner.release()
})

test('what a killed owner held is to be had at once', async (t) => {
  const dataDir = await makeDataDir(t)
  for (let round = 0; round < 3; round += 1) {
    const { child, said, warnings } = await startClaimer(t, dataDir)
    assert.equal(said, 'owner')
    assert.equal(warnings(), '')
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  lockDataDirectory(dataDir).release()
})

test('of ten processes at once exactly one becomes the owner', async (t) => {
  const dataDir = await makeDataDir(t)
  const claimers = await Promise.all(Array.from({ length: 10 }, () => startClaimer(t, dataDir)))
  assert.equal(claimers.filter(({ said }) => said === 'owner').length, 1)
  assert.equal(claimers.filter(({ said }) => said.includes('is in use by chatterd')).length, 9)
})

test('a data directory that cannot be made is named', () => {
  assert.throws(
    () => lockDataDirectory('/dev/null/chatterd'),
    /The data directory \/dev\/null\/chatterd cannot be used: /,
  )
})
