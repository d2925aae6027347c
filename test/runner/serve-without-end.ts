import { test } from 'node:test'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { serverEnv, startServer } from '../support/processes/child-server.ts'
import { serve } from '../support/stand-ins/local-server.ts'

// Run by interrupted.long.ts: all kinds of processes that tests start, of which one stands still, and no end.

test('serves without end', async (t) => {
  const own = await serve((_, response) => response.end())
  const addresses = [own.url]
  for (const kind of databaseKinds) {
    const source = await kind.create(t)
    const server = startServer(serverEnv(source, own.url), t.signal)
    addresses.push(await server.url)
    if (source.kind === 'embedded') continue
    addresses.push(source.url)
    server.kill('SIGSTOP')
  }
  await fetch(String(process.env.READY_URL), { method: 'POST', body: JSON.stringify(addresses) })
  await new Promise(() => {})
})
