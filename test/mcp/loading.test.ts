import assert from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { after, test } from 'node:test'

const loaded = new Set<string>()
registerHooks({
  load(url, context, next) {
    const [name] = /@modelcontextprotocol\/server(?=\/)/.exec(url) ?? []
    if (name) loaded.add(name)
    return next(url, context)
  },
})
const { message, openServer, post } = await import('./toolbox-world.ts')

test('the first request to /mcp loads what speaks the protocol, and a start does not', async () => {
  const { mcp } = await openServer({ after })
  await fetch(mcp)
  assert.equal(loaded.size, 0)
  assert.equal((await post(mcp, message('ping'))).status, 200)
  assert.equal(loaded.size, 1)
})
