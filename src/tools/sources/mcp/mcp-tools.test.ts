import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import {
  makeFolder,
  openServer,
  packagedServer,
  program,
  writtenServer,
} from '../../../../test/support/mcp/opened-server.ts'
import { isAlive } from '../../../../test/support/processes/is-alive.ts'
import { TextWithImages } from '../../text-with-images.ts'
import { createToolbox } from '../../toolbox.ts'
import { McpTools } from './mcp-tools.ts'

test('results of all kinds become text', async (t) => {
  const { call, source } = await openServer(t, program(packagedServer('server-everything')))
  assert.equal(source().state, 'ready', source().reason)
  assert.equal(await call('echo', { message: 'hello' }), 'Echo: hello')
  const picture = await call('get-tiny-image')
  assert.ok(picture instanceof TextWithImages)
  assert.match(picture.text, /\[image, \d+×\d+\]/)
  assert.match(picture.images[0] ?? '', /^iVBORw0KGgo/)
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
    ...program(packagedServer('server-filesystem'), folder),
    prefix: 'fs_',
    tools: ['read_text_*', 'nothing'],
  }
  const { call, source, names } = await openServer(t, server)
  assert.deepEqual(names(), ['fs_read_text_file'])
  assert.deepEqual(source().problems, ['mcp:x: it has no tool nothing'])
  assert.equal(await call('fs_read_text_file', { path: join(folder, 'a.txt') }), 'what is in it')
  await assert.rejects(call('fs_read_text_file', { path: join(folder, 'b.txt') }), /ENOENT/)
})

test('a server gets the variables of its table, and no others', async (t) => {
  const file = join(makeFolder(t), 'memory.jsonl')
  const { call } = await openServer(t, {
    ...program(packagedServer('server-memory')),
    env: { MEMORY_FILE_PATH: file },
  })
  const entities = [{ name: 'Ann', entityType: 'person', observations: ['likes tea'] }]
  await call('create_entities', { entities })
  assert.match(readFileSync(file, 'utf8'), /likes tea/)
  const other = await openServer(t, {
    ...program(packagedServer('server-everything')),
    env: { ONE: 'first' },
  })
  assert.deepEqual(JSON.parse(String(await other.call('get-env'))), { ONE: 'first' })
})

test('nobody reads the secrets of a server', async (t) => {
  const server = {
    ...program(packagedServer('server-everything')),
    env: { KEY: 'k3y-of-x' },
    secrets: ['k3y-of-x'],
  }
  const { call } = await openServer(t, server)
  assert.doesNotMatch(String(await call('get-env')), /k3y-of-x/)
})

test('a server that lists other tools has these from then on', async (t) => {
  const { names, until, call } = await openServer(
    t,
    writtenServer(
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
  const { source, until, call } = await openServer(
    t,
    writtenServer(
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
  const { source, until } = await openServer(
    t,
    writtenServer(t, `on['tools/list'] = (id) => answer(id, listed('one'))\non.ping = () => {}`),
    { pingMs: 50, retryMs: 60_000 },
  )
  await until(() => source().state === 'down')
  assert.match(String(source().reason), /^it does not answer/)
})

test('a server that ends when it is asked for a newer protocol is started again for the older one', async (t) => {
  const { source, names } = await openServer(
    t,
    writtenServer(
      t,
      `on['server/discover'] = () => process.exit(1)
on['tools/list'] = (id) => answer(id, listed('one'))`,
    ),
  )
  assert.deepEqual(names(), ['one'], source().reason)
})

test('what a server writes beside its messages is ignored', async (t) => {
  const { names } = await openServer(
    t,
    writtenServer(
      t,
      `console.log('listening')\nconsole.log('{"a": 1}')
on['tools/list'] = (id) => answer(id, listed('one'))`,
    ),
  )
  assert.deepEqual(names(), ['one'])
})

test('a call that is given up is cancelled at the server', async (t) => {
  const seen = join(makeFolder(t), 'seen')
  const { call, until } = await openServer(
    t,
    writtenServer(
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
  const { call } = await openServer(
    t,
    writtenServer(
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
  const { source } = await openServer(t, { ...program(), program: 'no-such-program' }, { retryMs: 60_000 })
  assert.deepEqual(
    [source().state, source().reason],
    ['down', 'the program no-such-program is not installed'],
  )
})

test('what a server has started ends with it', async (t) => {
  const file = join(makeFolder(t), 'pid')
  const { group } = await openServer(
    t,
    writtenServer(
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

test('a server is asked once for its protocol, also where it is started again', async (t) => {
  const file = join(makeFolder(t), 'asked')
  const { call, source, until } = await openServer(
    t,
    writtenServer(
      t,
      `import { appendFileSync } from 'node:fs'
on['server/discover'] = (id) => {
  appendFileSync(${JSON.stringify(file)}, 'asked ')
  write({ id, error: { code: -32601, message: 'no such method' } })
}
on['tools/list'] = (id) => answer(id, listed('quit'))
on['tools/call'] = () => process.exit(1)`,
    ),
  )
  const [first] = source().tools
  await assert.rejects(call('quit'), /exit code 1/)
  await until(() => source().state === 'ready' && source().tools[0] !== first)
  assert.equal(readFileSync(file, 'utf8'), 'asked ')
})

test('a program that writes a message without end is stopped', async (t) => {
  const { call } = await openServer(
    t,
    writtenServer(
      t,
      `on['tools/list'] = (id) => answer(id, listed('one'))
on['tools/call'] = () => {
  const write = () => { while (process.stdout.write('x'.repeat(65_536))); }
  process.stdout.on('drain', write)
  write()
}`,
    ),
    { maxMessageBytes: 1_000_000, retryMs: 60_000 },
  )
  await assert.rejects(call('one'), /the program was stopped: .* more than 1000000 bytes/)
})

test('a secret that the end of the errors of a program begins with is not read', async (t) => {
  const server = writtenServer(t, `console.error('k3y-of-x'.repeat(2_000)); process.exit(1)`)
  const { source } = await openServer(t, { ...server, secrets: ['k3y-of-x'] }, { retryMs: 60_000 })
  assert.match(String(source().reason), /^the program has ended with exit code 1: \*+$/)
})

test('results that are no text, and those that are failures, are told in words', async (t) => {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC'
  const results = {
    structured: { content: [], structuredContent: { price: 3.5 } },
    both: { content: [{ type: 'text', text: 'It is 3.5.' }], structuredContent: { price: 3.5 } },
    image: { content: [{ type: 'image', data: png, mimeType: 'image/png' }] },
    broken: { content: [{ type: 'image', data: 'AAAA', mimeType: 'image/png' }] },
    audio: { content: [{ type: 'audio', data: 'AAAA', mimeType: 'audio/wav' }] },
    failed: { content: [{ type: 'text', text: 'no such stock' }], isError: true },
    mute: { content: [], isError: true },
  }
  const { call } = await openServer(
    t,
    writtenServer(
      t,
      `const results = ${JSON.stringify(results)}
on['tools/list'] = (id) => answer(id, listed(...Object.keys(results)))
on['tools/call'] = (id, { name }) => answer(id, results[name])`,
    ),
  )
  assert.equal(await call('structured'), '{"price":3.5}')
  assert.equal(await call('both'), 'It is 3.5.')
  assert.deepEqual(await call('image'), new TextWithImages('[image, 2×1]', [png]))
  assert.deepEqual(await call('broken'), new TextWithImages('[image]', ['AAAA']))
  assert.equal(await call('audio'), '[audio, audio/wav]')
  await assert.rejects(call('failed'), { message: 'no such stock' })
  await assert.rejects(call('mute'), { message: 'the server does not say why' })
})

test('when the settings change, servers that stay the same run on, and others end', async (t) => {
  const same = {
    ...writtenServer(t, `on['tools/list'] = (id) => answer(id, listed('of_' + process.pid))`),
    name: 'same',
  }
  const pidFile = join(makeFolder(t), 'pid')
  const other = writtenServer(
    t,
    `import { writeFileSync } from 'node:fs'
writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
on['tools/list'] = (id) => answer(id, listed('two'))`,
  )
  const { group, names, until } = await openServer(t, same)
  const [first] = names()
  group.use({ mcpServers: [other, same] })
  await group.reload()
  await until(() => group.sources().every(({ state }) => state === 'ready'))
  assert.deepEqual(
    group.sources().map(({ name }) => name),
    ['mcp:x', 'mcp:same'],
  )
  const pid = Number(readFileSync(pidFile, 'utf8'))
  group.use({ mcpServers: [{ ...same }] })
  await group.reload()
  assert.deepEqual(names(), [first])
  await group.close()
  assert.ok(!isAlive(pid))
})

test('settings that are read again while a server starts do not start it again', async (t) => {
  const file = join(makeFolder(t), 'starts')
  const server = writtenServer(
    t,
    `import { appendFileSync } from 'node:fs'
appendFileSync(${JSON.stringify(file)}, 'started ')
on['tools/list'] = (id) => answer(id, listed('one'))`,
  )
  const group = new McpTools({ onChange() {}, mcpStartMs: 60_000 })
  t.after(() => group.close())
  group.use({ mcpServers: [server] })
  const first = group.reload()
  group.use({ mcpServers: [{ ...server }] })
  await Promise.all([first, group.reload()])
  assert.equal(group.sources()[0]?.state, 'ready')
  assert.equal(readFileSync(file, 'utf8'), 'started ')
})

test('a server whose tools have very deep schemas has its other tools', async (t) => {
  const { names, source } = await openServer(
    t,
    writtenServer(
      t,
      `const deep = (name, levels) => ({ name, inputSchema: { type: 'object', note: JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels)) } })
on['tools/list'] = (id) => answer(id, { tools: [deep('a', 2_000), ...listed('fine').tools] })`,
    ),
  )
  assert.equal(source().state, 'ready', source().reason)
  const toolbox = createToolbox([])
  toolbox.setSources([source()])
  assert.deepEqual(names().toSorted(), ['a', 'fine'])
  assert.ok(toolbox.has('fine') && !toolbox.has('a'))
})

test('nobody reads the secrets of a server in what it says of its tools', async (t) => {
  const server = writtenServer(
    t,
    `const properties = { key: { type: 'string', default: 'k3y-of-x', description: 'such as "k3y-of-x"' } }
on['tools/list'] = (id) => answer(id, { tools: [{ name: 'one', description: 'Has k3y-of-x', inputSchema: { type: 'object', properties } }] })`,
  )
  const { source } = await openServer(t, { ...server, secrets: ['k3y-of-x'] })
  assert.equal(source().tools.length, 1, source().reason)
  assert.ok(!JSON.stringify(source()).includes('k3y-of-x'))
})

test('a program that asks without end and does not read the answers is stopped', async (t) => {
  const { until, source } = await openServer(
    t,
    writtenServer(
      t,
      `on['tools/list'] = (id) => {
  answer(id, listed('one'))
  process.stdin.pause()
  let asked = 0
  setInterval(() => { for (let i = 0; i < 100; i++) write({ id: 'x'.repeat(1_000) + asked++, method: 'ping' }) }, 1)
}`,
    ),
    { maxMessageBytes: 1_000_000, retryMs: 60_000 },
  )
  await until(() => source().state === 'down')
  assert.match(String(source().reason), /^the program was stopped: it does not read its input/)
})

test('a program that cannot be started, because too many files are open, makes its source down', async (t) => {
  const script = join(makeFolder(t), 'full.ts')
  const source = (name: string) => JSON.stringify(new URL(name, import.meta.url).href)
  writeFileSync(
    script,
    `import { openSync } from 'node:fs'
import { McpTools } from ${source('./mcp-tools.ts')}
const group = new McpTools({ onChange() {}, mcpStartMs: 60_000, retryMs: 60_000 })
group.use({ mcpServers: [${JSON.stringify(program('-e', ''))}] })
try { for (;;) openSync('/dev/null') } catch {}
await group.reload()
console.log(group.sources()[0].reason)
process.exit()
`,
  )
  const run = promisify(execFile)
  const { stdout } = await run('sh', ['-c', 'ulimit -n 200; exec "$0" "$1"', process.execPath, script])
  assert.match(stdout, /EMFILE/)
})

test('a server that takes too long to start is stopped, and tried again', async (t) => {
  const { source } = await openServer(t, program('-e', 'setInterval(() => {}, 1_000)'), {
    ...{ mcpStartMs: 100, retryMs: 60_000 },
  })
  assert.match(String(source().reason), /within 0\.1 s|timed out/)
})
