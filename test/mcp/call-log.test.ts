import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startServer } from '../support/processes/child-server.ts'
import { makeToolbox, message, post } from './toolbox-world.ts'

test('the log has one line for each call at /mcp, and nothing of its arguments and its result', async (t) => {
  const { cwd, env, remove } = await makeToolbox()
  t.after(remove)
  const server = startServer(env, t.signal, ['--config', join(cwd, 'chatterd.toml')])
  t.after(() => server.kill('SIGKILL'))
  const mcp = `${await server.url}/mcp`
  const call = async (name: string, args: object) => {
    const response = await post(mcp, message('tools/call', { name, arguments: args }))
    assert.match(await response.text(), /"result"/)
    return { request: response.headers.get('x-request-id'), tool: name, side: 'resident' }
  }
  const expected = [
    { ...(await call('say_hello', { name: '4711' })), status: 'succeeded' },
    { ...(await call('say_hello', { nam: '4711' })), status: 'failed' },
    { ...(await call('wait_briefly', {})), status: 'timed-out' },
    {
      ...(await call('say_hello', { arguments: { name: '4711' } })),
      ...{ status: 'succeeded', repairs: ['arguments-nested'] },
    },
  ]
  server.kill('SIGTERM')
  const { errors } = await server.exit
  const lines = errors.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const logged = lines.filter(({ msg }) => msg === 'call')
  assert.deepEqual(
    logged.map(({ request, tool, side, source, status, repairs }) => ({
      ...{ request, tool, side, source, status },
      ...(repairs && { repairs }),
    })),
    expected.map((each) => ({ ...each, source: 'file:own.js' })),
  )
  assert.equal(new Set(logged.map(({ hash }) => hash)).size, 3)
  assert.equal(new Set(logged.map(({ call }) => call)).size, 4)
  assert.doesNotMatch(errors, /4711/)
})
