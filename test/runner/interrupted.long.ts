import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { describe, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { serve } from '../support/stand-ins/local-server.ts'

const pauseMs = 20

/** Runs the tests of this file of this folder, as `npm test` runs all. It may post what it has to say to READY_URL. */
async function runFile(t: TestContext, file: string) {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  // PostgreSQL is run by another user where this one is root.
  await chmod(folder, 0o755)
  const ready = Promise.withResolvers<unknown>()
  const server = await serve(async (request, response) => {
    ready.resolve(await json(request))
    response.end()
  })
  t.after(() => server.close())
  // It is a run of its own, and no part of this one.
  const { NODE_TEST_CONTEXT: _, CHATTERD_TEST_DATABASE_URL: __, ...env } = process.env
  const args = ['--test', '--test-global-setup=test/global-setup.ts', `test/runner/${file}`]
  const runner = spawn(process.execPath, args, {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...env, TMPDIR: folder, READY_URL: server.url },
    stdio: 'ignore',
  })
  t.after(() => runner.kill('SIGKILL'))
  return { runner, folder, ready: ready.promise }
}

/** True where a server listens at this address. */
async function isServed(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const isThere = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return isThere
}

// Most of their time is waited for servers to start.
describe('a run of tests', { concurrency: true }, () => {
  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    test(`that is ended by ${signal} leaves no process and no file`, async (t) => {
      const { runner, folder, ready } = await runFile(t, 'serve-without-end.ts')
      const addresses = (await ready) as string[]
      assert.deepEqual(await Promise.all(addresses.map(isServed)), [true, true, true, true])
      runner.kill(signal)
      await once(runner, 'exit')
      const pause = () => delay(pauseMs, undefined, { signal: t.signal })
      for (const address of addresses) while (await isServed(address)) await pause()
      while ((await readdir(folder)).length > 0) await pause()
    })
  }
})
