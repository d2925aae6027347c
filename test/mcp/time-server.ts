// The server `mcp-server-time`, which speaks the newest protocol. It comes with Python, so `npm run test:python` runs this, and wants its programs
// on the path.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { openServer, program } from '../support/mcp/opened-server.ts'
import { endpoint, freePort } from '../support/mcp/remote-server.ts'

const env = { PATH: process.env.PATH ?? '' }
const args = { source_timezone: 'Europe/Paris', time: '12:00', target_timezone: 'Asia/Tokyo' }

async function check(opened: Awaited<ReturnType<typeof openServer>>): Promise<void> {
  const { source, names, call } = opened
  assert.equal(source().state, 'ready', source().reason)
  assert.deepEqual(names().toSorted(), ['convert_time', 'get_current_time'])
  assert.match(String(await call('convert_time', args)), /Asia\/Tokyo/)
  await assert.rejects(call('get_current_time', { timezone: 'Mars' }), /Mars/)
}

test('tools of mcp-server-time are called over its standard input and output', async (t) => {
  await check(await openServer(t, { ...program(), program: 'mcp-server-time', env }))
})

test('tools of mcp-server-time are called over Streamable HTTP', async (t) => {
  await check(await openServer(t, endpoint('http', await startOverHttp(t))))
})

async function startOverHttp(t: TestContext): Promise<string> {
  const port = await freePort()
  const source = `from mcp_server_time.server import create_server
create_server('UTC').run('streamable-http', port=${port})`
  const child = spawn('python3', ['-c', source], { stdio: ['ignore', 'inherit', 'pipe'] })
  t.after(async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  for await (const line of createInterface({ input: child.stderr }))
    if (line.includes(`:${port}`)) return `http://127.0.0.1:${port}/mcp`
  return assert.fail('the server has ended')
}
