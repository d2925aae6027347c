import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { test } from 'node:test'

const optional =
  /node_modules\/(@modelcontextprotocol\/\w+|yaml|expr-eval-fork|image-size|undici|ipaddr\.js)\//
const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    const [, name] = optional.exec(url) ?? []
    if (name) loaded.add(name)
    return next(url, context)
  },
})
const { databaseKinds } = await import('../support/databases/database-kinds.ts')
const { createFor } = await import('../support/databases/unopened-database.ts')
const { startChatterd } = await import('../support/processes/start-chatterd.ts')

test('a start without sources of tools loads nothing of MCP, YAML and the other packages that some tools need', async (t) => {
  loaded.clear()
  const [, postgresql] = databaseKinds
  const { source, end } = await createFor(postgresql ?? assert.fail())
  t.after(end)
  const url = source.kind === 'postgresql' ? source.url : assert.fail()
  const server = await startChatterd({ CHATTERD_ENGINE: 'demo', DATABASE_URL: url })
  await server.close()
  assert.deepEqual([...loaded], [])
})
