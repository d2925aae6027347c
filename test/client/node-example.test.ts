import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { startChatterd } from '../support/processes/start-chatterd.ts'

const example = fileURLToPath(new URL('../../examples/sdk/node.ts', import.meta.url))
const fromSources = new URL('../support/sdk-package/from-sources.ts', import.meta.url).href

test('the example for Node calls its tool, prints the reply, and ends', async (t) => {
  const [embedded] = databaseKinds.filter(({ kind }) => kind === 'embedded')
  const source = await embedded?.create(t)
  assert.ok(source?.kind === 'embedded')
  const server = await startChatterd({ CHATTERD_ENGINE: 'demo', CHATTERD_DATA_DIR: source.dataDir })
  t.after(() => server.close())
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', fromSources, example], {
    env: { ...process.env, CHATTERD_URL: server.url },
  })
  assert.match(stdout, /\[get_time is called\][\s\S]*get_time says: \d{4}-[\s\S]*\ncompleted, with 1 call\n$/)
})
