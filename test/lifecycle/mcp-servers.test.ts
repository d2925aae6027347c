import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { packagedServer, serverSource } from '../support/mcp/opened-server.ts'
import { isAlive } from '../support/processes/is-alive.ts'
import { startToolServer } from '../support/processes/tool-server.ts'
import { calls, done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'

const table = (name: string, ...argv: string[]) =>
  `[mcpServers.${name}]\ncommand = "node"\nargs = ${JSON.stringify(argv)}\nprefix = "${name}_"\n`

test('MCP servers of the settings file that end, hang or write nonsense take no stream and no other server with them [mcp-servers]', async (t) => {
  const fragile = serverSource(`console.log('{"not": "a message"')
on['tools/list'] = (id) => answer(id, listed('quit', 'hang'))
on['tools/call'] = (id, { name }) => {
  if (name === 'quit') { console.error('the paper is out, key s3cret-of-it'); process.exit(3) }
}`)
  const { server, model, call, catalog, prompt, until } = await startToolServer(t, async (folder) => {
    await writeFile(join(folder, 'fragile.mjs'), fragile)
    await writeFile(
      join(folder, 'chatterd.toml'),
      `tool-wait = "20s"
${table('all', packagedServer('server-everything'))}
${table('weak', 'fragile.mjs')}
timeout = "200ms"
env = { KEY = "s3cret-of-it" }
${table('gone', 'no-such-file.mjs')}
[mcpServers.nowhere]
url = "http://no-such-host.invalid/mcp"
`,
    )
  })
  const { states } = await catalog()
  assert.deepEqual([states['mcp:all'], states['mcp:weak']], ['ready', 'ready'])
  assert.match(states['mcp:gone'] ?? '', /Cannot find module/)
  assert.match(states['mcp:nowhere'] ?? '', /no-such-host\.invalid/)

  const gate = Promise.withResolvers<void>()
  model.replies(pauses([text('begun ')], gate.promise, [text('and done'), done()]))
  const stream = prompt('talk', 'a')
  await stream.event(0)
  assert.equal((await call('all_echo', { message: 'hello' }, 'b')).result, 'Echo: hello')
  assert.equal((await call('weak_hang', {}, 'c')).result, 'weak_hang gave no result within 0.2 s.')
  const quit = await call('weak_quit', {}, 'd')
  assert.match(quit.result ?? '', /^weak_quit failed: /)
  assert.match(quit.text, /thank you/)
  await until('mcp:weak', /^ready$/)
  assert.equal((await call('weak_hang', {}, 'e')).result, 'weak_hang gave no result within 0.2 s.')
  gate.resolve()
  const streamed = await stream.response
  assert.deepEqual([streamed.text, streamed.error], ['begun and done', undefined])
  server.kill('SIGTERM')
  const { code, errors } = await server.exit
  assert.equal(code, 0)
  assert.match(errors, /the tools of mcp:weak are not available: .*exit code 3.*the paper is out, key \*\*\*/)
  assert.ok(![errors, quit.text, quit.result].some((each) => each?.includes('s3cret-of-it')))
})

test('the programs of MCP servers, which ignore SIGTERM, end with the server [programs]', async (t) => {
  const deaf = serverSource(`import { writeFileSync } from 'node:fs'
process.on('SIGTERM', () => {})
process.stdin.on('end', () => setInterval(() => {}, 1_000))
writeFileSync('pid', String(process.pid))
on['tools/list'] = (id) => answer(id, listed('one'))`)
  const { server, folder, until } = await startToolServer(t, async (path) => {
    await writeFile(join(path, 'deaf.mjs'), deaf)
    await writeFile(join(path, 'chatterd.toml'), `tool-wait = "20s"\n${table('deaf', 'deaf.mjs')}`)
  })
  await until('mcp:deaf', /^ready$/)
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8'))
  assert.ok(isAlive(pid))
  server.kill('SIGTERM')
  assert.equal((await server.exit).code, 0)
  assert.ok(!isAlive(pid))
})

test('a model that calls a tool whose MCP server is away by then reads that, and the turn goes on [mcp-servers]', async (t) => {
  const once = serverSource(`import { existsSync, writeFileSync } from 'node:fs'
if (existsSync('leave')) process.exit(1)
setInterval(() => { if (existsSync('leave')) process.exit(1) }, 20)
on['tools/list'] = (id) => answer(id, listed('one'))`)
  const opened = await startToolServer(t, async (folder) => {
    await writeFile(join(folder, 'once.mjs'), once)
    await writeFile(join(folder, 'chatterd.toml'), `tool-wait = "20s"\n${table('once', 'once.mjs')}`)
  })
  const { model, folder, prompt, until, lastResult } = opened
  await until('mcp:once', /^ready$/)
  const gate = Promise.withResolvers<void>()
  const call = calls([{ name: 'once_one', arguments: {} }])
  model.replies(pauses([text('wait')], gate.promise, [call, done()]), says('what a pity'))
  const stream = prompt('do it', 'a')
  await stream.event(0)
  await writeFile(join(folder, 'leave'), '')
  await until('mcp:once', /exit code 1/)
  gate.resolve()
  assert.match((await stream.response).text, /what a pity$/)
  assert.equal(lastResult(), 'The tool "once_one" is not available any more.')
})
