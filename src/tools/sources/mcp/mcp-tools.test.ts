import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { McpProgram } from './mcp-server.ts'
import { McpTools, type McpToolsOptions } from './mcp-tools.ts'

const require = createRequire(import.meta.url)

/** The program of a server that is a package. */
function packaged(name: string, args: string[] = []) {
  return { args: [require.resolve(`@modelcontextprotocol/${name}/dist/index.js`), ...args] }
}

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'chatterd-mcp-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A server that is a program of these lines; `answer(id, result)` writes an answer, and `on` has functions by the method that they answer. */
function written(t: TestContext, lines: string) {
  const file = join(makeFolder(t), 'server.mjs')
  writeFileSync(
    file,
    `import { createInterface } from 'node:readline'
const write = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
const answer = (id, result) => write({ id, result })
const info = { protocolVersion: '2025-06-18', capabilities: { tools: { listChanged: true } }, serverInfo: { name: 'x', version: '1' } }
const listed = (...names) => ({ tools: names.map((name) => ({ name, inputSchema: { type: 'object' } })) })
const on = { initialize: (id) => answer(id, info), ping: (id) => answer(id, {}) }
${lines}
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (on[method]) on[method](id, params)
  else if (id !== undefined) write({ id, error: { code: -32601, message: 'no such method' } })
})
`,
  )
  return { args: [file] }
}

/** The source of one server that is a program, once `isThere` holds. */
async function open(
  t: TestContext,
  server: Partial<McpProgram>,
  options: Omit<McpToolsOptions, 'onChange'> = {},
) {
  const changes = new EventTarget()
  const group = new McpTools({
    ...{ retryMs: 1, ...options },
    onChange: () => changes.dispatchEvent(new Event('change')),
  })
  t.after(() => group.close())
  const standard = { name: 'x', type: 'stdio', program: process.execPath, args: [], cwd: '/' } as const
  group.use({ mcpServers: [{ ...standard, env: {}, prefix: '', secrets: [], ...server }] })
  await group.reload()
  const source = () => group.sources()[0] ?? assert.fail()
  return {
    group,
    source,
    names: () => source().tools.map(({ schema }) => schema.function.name),
    async until(isThere: () => boolean) {
      while (!isThere()) await once(changes, 'change')
    },
    async call(name: string, args = {}, signal = t.signal) {
      const tool = source().tools.find(({ schema }) => schema.function.name === name)
      const context = { signal, conversation: 'c', turn: 't', callId: 'i' }
      return await (tool ?? assert.fail(source().reason)).run(args, context)
    },
  }
}

test('results of all kinds become text', async (t) => {
  const { call, source } = await open(t, packaged('server-everything'))
  assert.equal(source().state, 'ready', source().reason)
  assert.equal(await call('echo', { message: 'hello' }), 'Echo: hello')
  assert.match(String(await call('get-tiny-image')), /\[image, \d+×\d+\]/)
  assert.match(String(await call('get-resource-links', { count: 1 })), /\n\[resource, .+, \S+\]$/)
  assert.match(
    String(await call('get-resource-reference', { resourceType: 'Text', resourceId: 1 })),
    /Resource 1/,
  )
})

test('only the tools that the operator names are offered, with the prefix', async (t) => {
  const folder = makeFolder(t)
  writeFileSync(join(folder, 'a.txt'), 'what is in it')
  const server = {
    ...packaged('server-filesystem', [folder]),
    prefix: 'fs_',
    tools: ['read_text_*', 'nothing'],
  }
  const { call, source, names } = await open(t, server)
  assert.deepEqual(names(), ['fs_read_text_file'])
  assert.deepEqual(source().problems, ['mcp:x: it has no tool nothing'])
  assert.equal(await call('fs_read_text_file', { path: join(folder, 'a.txt') }), 'what is in it')
  await assert.rejects(call('fs_read_text_file', { path: join(folder, 'b.txt') }), /ENOENT/)
})

test('a server gets the variables of its table, and no others', async (t) => {
  const file = join(makeFolder(t), 'memory.jsonl')
  const { call } = await open(t, { ...packaged('server-memory'), env: { MEMORY_FILE_PATH: file } })
  const entities = [{ name: 'Ann', entityType: 'person', observations: ['likes tea'] }]
  await call('create_entities', { entities })
  assert.match(readFileSync(file, 'utf8'), /likes tea/)
  const other = await open(t, { ...packaged('server-everything'), env: { ONE: 'first' } })
  assert.deepEqual(JSON.parse(String(await other.call('get-env'))), { ONE: 'first' })
})

test('nobody reads the secrets of a server', async (t) => {
  const server = { ...packaged('server-everything'), env: { KEY: 'k3y-of-x' }, secrets: ['k3y-of-x'] }
  const { call } = await open(t, server)
  assert.doesNotMatch(String(await call('get-env')), /k3y-of-x/)
})

test('a server that lists other tools has these from then on', async (t) => {
  const { names, until, call } = await open(
    t,
    written(
      t,
      `let names = ['one']
on['tools/list'] = (id) => answer(id, listed(...names))
on['tools/call'] = (id) => {
  names = ['one', 'two']
  write({ method: 'notifications/tools/list_changed' })
  answer(id, { content: [] })
}`,
    ),
  )
  assert.deepEqual(names(), ['one'])
  await call('one')
  await until(() => names().length === 2)
  assert.deepEqual(names(), ['one', 'two'])
})

test('a server that ends is down, says why, and is started again', async (t) => {
  const { source, until, call } = await open(
    t,
    written(
      t,
      `on['tools/list'] = (id) => answer(id, listed('quit'))
on['tools/call'] = () => { console.error('no more paper'); process.exit(3) }`,
    ),
  )
  const [first] = source().tools
  const reasons: unknown[] = []
  await assert.rejects(call('quit'))
  await until(() => {
    if (source().state === 'down') reasons.push(source().reason)
    return source().state === 'ready' && source().tools[0] !== first
  })
  assert.deepEqual(reasons[0], 'the program has ended with exit code 3: no more paper')
})

test('a server that does not answer any more is down', async (t) => {
  const { source, until } = await open(
    t,
    written(t, `on['tools/list'] = (id) => answer(id, listed('one'))\non.ping = () => {}`),
    { pingMs: 50, retryMs: 60_000 },
  )
  await until(() => source().state === 'down')
  assert.match(String(source().reason), /^it does not answer/)
})

test('a server that ends when it is asked for a newer protocol is started again for the older one', async (t) => {
  const { source, names } = await open(
    t,
    written(
      t,
      `on['server/discover'] = () => process.exit(1)
on['tools/list'] = (id) => answer(id, listed('one'))`,
    ),
  )
  assert.deepEqual(names(), ['one'], source().reason)
})

test('what a server writes beside its messages is ignored', async (t) => {
  const { names } = await open(
    t,
    written(
      t,
      `console.log('listening')\nconsole.log('{"a": 1}')
on['tools/list'] = (id) => answer(id, listed('one'))`,
    ),
  )
  assert.deepEqual(names(), ['one'])
})

test('a call that is given up is cancelled at the server', async (t) => {
  const seen = join(makeFolder(t), 'seen')
  const { call, until } = await open(
    t,
    written(
      t,
      `import { writeFileSync } from 'node:fs'
on['tools/list'] = (id) => answer(id, listed('slow', 'other'))
on['tools/call'] = (id, { name }) => name === 'slow' ? write({ method: 'notifications/tools/list_changed' }) : answer(id, { content: [] })
on['notifications/cancelled'] = () => writeFileSync(${JSON.stringify(seen)}, 'cancelled')`,
    ),
  )
  const controller = new AbortController()
  const called = call('slow', {}, controller.signal)
  let changes = 0
  await until(() => changes++ > 0)
  controller.abort()
  await assert.rejects(called)
  // It reads one message after the other.
  await call('other')
  assert.equal(readFileSync(seen, 'utf8'), 'cancelled')
})

test('large integers reach the server with all their digits', async (t) => {
  const { call } = await open(
    t,
    written(
      t,
      `on['tools/list'] = (id) => answer(id, listed('one'))
const { parse } = JSON
JSON.parse = (text) => ({ ...parse(text), params: { ...parse(text).params, text } })
on['tools/call'] = (id, { text }) => answer(id, { content: [{ type: 'text', text }] })`,
    ),
  )
  assert.match(String(await call('one', { id: 9007199254740993n })), /"id":9007199254740993\b/)
})

test('a program that is not there makes its source down, and says so', async (t) => {
  const { source } = await open(t, { program: 'no-such-program' }, { retryMs: 60_000 })
  assert.deepEqual(
    [source().state, source().reason],
    ['down', 'the program no-such-program is not installed'],
  )
})

test('what a server has started ends with it', async (t) => {
  const file = join(makeFolder(t), 'pid')
  const { group } = await open(
    t,
    written(
      t,
      `import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
writeFileSync(${JSON.stringify(file)}, String(child.pid))
on['tools/list'] = (id) => answer(id, listed('one'))`,
    ),
  )
  const pid = Number(readFileSync(file, 'utf8'))
  assert.ok(process.kill(pid, 0))
  await group.close()
  assert.ok(!isAlive(pid))
})

/** A process that has ended and that nobody has waited for counts as gone. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
