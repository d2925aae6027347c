import assert from 'node:assert/strict'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from '../support/processes/is-alive.ts'
import { startToolServer } from '../support/processes/tool-server.ts'
import { calls, done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'

/** A server whose folder of tools has these files. */
async function openServer(t: TestContext, files: Record<string, string>, settings = 'tool-wait = "300ms"') {
  const opened = await startToolServer(t, async (folder) => {
    await mkdir(join(folder, 'own'))
    for (const [name, source] of Object.entries(files)) await writeFile(join(folder, 'own', name), source)
    await writeFile(join(folder, 'chatterd.toml'), `${settings}\n[tools]\nfolder = "own"\n`)
  })
  return {
    ...opened,
    write: (name: string, source: string) => writeFile(join(opened.folder, 'own', name), source),
    offered: () => opened.model.lastTools().map((tool) => tool.function.name),
    async catalog() {
      const { tools, states } = await opened.catalog()
      return { state: states, tools: Object.fromEntries(tools.map(({ name, source }) => [name, source])) }
    },
  }
}

const saying = (word: string) =>
  `import { defineTool } from 'chatterd'\nexport default defineTool({ run: (): string => '${word}' })\n`

test('files of tools are written, changed, broken and mended while a server serves, and streams go on [tool-files]', async (t) => {
  const { server, model, write, catalog, prompt, offered, until, lastResult } = await openServer(t, {
    'say-word.ts': saying('first'),
  })
  assert.deepEqual((await catalog()).tools, { get_weather: 'builtin', say_word: 'file:say-word.ts' })
  const gate = Promise.withResolvers<void>()
  model.replies(pauses([text('begun')], gate.promise, [text(' and done'), done()]))
  const stream = prompt('go on', 'stream')
  await stream.event(0)

  const asksForWord = async (app: string) => {
    model.replies(says(calls([{ name: 'say_word', arguments: {} }])), says('thank you'))
    await prompt('say it', app).response
    return lastResult()
  }
  assert.equal(await asksForWord('a'), 'first')
  await write('say-word.ts', saying('second'))
  await write('other.js', 'export default { run: () => 1 }')
  await until('file:other.js', /ready/)
  assert.equal(await asksForWord('b'), 'second')
  assert.deepEqual(offered(), ['get_weather', 'other', 'say_word'])

  await write('say-word.ts', `\n\n${saying('third')} }`)
  await until('file:say-word.ts', /^say-word\.ts:\d: /)
  model.replies(says('nothing'))
  await prompt('what can you do?', 'c').response
  assert.deepEqual(offered(), ['get_weather', 'other'])

  await write('say-word.ts', saying('fourth'))
  await until('file:say-word.ts', /ready/)
  assert.equal(await asksForWord('d'), 'fourth')

  gate.resolve()
  const { text: streamed, error } = await stream.response
  assert.deepEqual([streamed, error], ['begun and done', undefined])
  server.kill('SIGTERM')
  const { code, errors } = await server.exit
  assert.equal(code, 0)
  assert.match(errors, /the tools have changed \(added: other\): the next prompts are slower/)
  assert.match(errors, /the tools of file:say-word\.ts are not available: say-word\.ts:\d: /)
  assert.match(errors, /the tools of file:say-word\.ts are available again/)
})

test('a tool whose file breaks while the model calls it fails with words, and the turn goes on [tool-files]', async (t) => {
  const { model, write, prompt, until, lastResult } = await openServer(t, { 'say-word.ts': saying('first') })
  const gate = Promise.withResolvers<void>()
  const call = calls([{ name: 'say_word', arguments: {} }])
  model.replies(pauses([text('wait')], gate.promise, [call, done()]), says('what a pity'))
  const stream = prompt('say it', 'a')
  await stream.event(0)
  await write('say-word.ts', '(')
  await until('file:say-word.ts', /^say-word\.ts:/)
  gate.resolve()
  assert.match((await stream.response).text, /what a pity$/)
  assert.equal(lastResult(), 'The tool "say_word" is not available any more.')
})

test('an error that a tool file does not catch, in a call or by itself, is logged with its name, and the server goes on [tool-files]', async (t) => {
  const { server, model, write, call, prompt, until } = await openServer(t, {
    'odd.js': `export const forget = { run: () => { Promise.reject(new Error('forgotten')); return 'done' } }
export const delay = { run: () => { setTimeout(() => { throw new Error('delayed') }, 1); return 'done' } }
export const connect = {
  run: async () => {
    const { connect } = await import('node:net')
    connect(1, '127.0.0.1')
    return 'done'
  },
}`,
  })
  const gate = Promise.withResolvers<void>()
  model.replies(pauses([text('begun')], gate.promise, [text(' and done'), done()]))
  const stream = prompt('go on', 'stream')
  await stream.event(0)
  const errorsOf = { forget: 'forgotten', delay: 'delayed', connect: 'connect ECONNREFUSED' }
  for (const [name, error] of Object.entries(errorsOf)) {
    assert.equal((await call(name, {}, name)).result, 'done')
    await server.logged(new RegExp(`file:odd\\.js.*${error}|${error}.*file:odd\\.js`))
  }
  await write(
    'bomb.js',
    `setTimeout(() => { throw new Error('by itself') }, 1)\nexport default { run: () => 1 }`,
  )
  await until('file:bomb.js', /ready/)
  await server.logged(/by itself/)
  gate.resolve()
  const { text: streamed, error } = await stream.response
  assert.deepEqual([streamed, error], ['begun and done', undefined])
  server.kill('SIGTERM')
  assert.equal((await server.exit).code, 0)
})

test('a settings file that changes is read again while streams go on; broken or gone, it is logged, and what is in force stays [reload]', async (t) => {
  const { server, model, folder, catalog, prompt } = await openServer(t, { 'say-word.ts': saying('first') })
  const gate = Promise.withResolvers<void>()
  model.replies(pauses([text('begun')], gate.promise, [text(' and done'), done()]))
  const stream = prompt('go on', 'stream')
  await stream.event(0)
  const file = join(folder, 'chatterd.toml')
  const replace = async (lines: string) => {
    await writeFile(join(folder, '.new'), lines)
    await rename(join(folder, '.new'), file)
  }
  const own = '[tools]\nfolder = "own"\n'
  await replace(`${own}[tools.commands.uptime]\ncommand = ["uptime"]\n`)
  await server.logged(/the tools have changed \(added: uptime\)/)
  const before = await catalog()
  assert.deepEqual(Object.keys(before.tools), ['get_weather', 'say_word', 'uptime'])

  await replace(`${own}[tools.commands.uptime\n`)
  await server.logged(/chatterd\.toml is not valid TOML: line 3.*the settings in force stay/)
  await rm(file)
  await server.logged(/chatterd\.toml cannot be read \(ENOENT\).*the settings in force stay/)
  assert.deepEqual(await catalog(), before)

  await writeFile(file, `${own}off = ["get_*"]\n`)
  await server.logged(/the tools have changed \(removed: get_weather, uptime\)/)
  assert.deepEqual((await catalog()).tools, { say_word: 'file:say-word.ts' })
  gate.resolve()
  const { text: streamed, error } = await stream.response
  assert.deepEqual([streamed, error], ['begun and done', undefined])
})

test('the file of MCP servers that another program owns is read when it is there, and again when it changes [reload]', async (t) => {
  const { server, folder, catalog } = await openServer(t, {})
  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  await write('chatterd.toml', 'mcp-config = "mcp.json"')
  await server.logged(/mcp\.json cannot be read \(ENOENT\).*the settings in force stay/)
  await write('mcp.json', '{"mcpServers": {')
  await server.logged(/mcp\.json is not valid JSON.*the settings in force stay/)
  await write('mcp.json', '{"mcpServers": {"gone": {"command": "no-such-program"}}}')
  await server.logged(/the tools of mcp:gone are not available: the program no-such-program is not installed/)
  assert.match((await catalog()).state['mcp:gone'] ?? '', /not installed/)
})

test('at SIGHUP the tables of the settings file are read again [reload]', async (t) => {
  const { server, folder, catalog, until } = await openServer(t, { 'say-word.ts': saying('first') })
  await mkdir(join(folder, 'others'))
  await writeFile(join(folder, 'others', 'else.ts'), saying('else'))
  await writeFile(
    join(folder, 'chatterd.toml'),
    'tool-wait = "300ms"\n[tools]\nfolder = "others"\noff = ["get_*"]\n[tools.commands.uptime]\ncommand = ["uptime"]\n',
  )
  server.kill('SIGHUP')
  await until('file:else.ts', /ready/)
  assert.deepEqual((await catalog()).tools, { else: 'file:else.ts', uptime: 'command' })
})

test('a server that is stopped ends its programs, which ignore SIGTERM, and ends [programs]', async (t) => {
  const settings = 'drain-timeout = "200ms"'
  const { server, model, folder, prompt, until } = await openServer(t, {}, settings)
  const script = 'trap "" TERM; echo $$ > pid; while :; do sleep 1000; done'
  const table = `[tools.commands.deaf]\ncommand = ["sh", "-c", '${script}']\ntimeout = "10m"\n`
  await writeFile(join(folder, 'chatterd.toml'), `${settings}\n[tools]\nfolder = "own"\n${table}`)
  server.kill('SIGHUP')
  await until('command', /ready/)
  model.replies(says(calls([{ name: 'deaf', arguments: {} }])))
  const { response } = prompt('run it', 'a')
  let pid = ''
  while (!pid.endsWith('\n')) {
    await delay(20, undefined, { signal: t.signal })
    pid = await readFile(join(folder, 'pid'), 'utf8').catch(() => '')
  }
  server.kill('SIGTERM')
  assert.equal((await server.exit).code, 0)
  await response.catch(() => {})
  assert.ok(!isAlive(Number(pid)))
})

test('a file that never ends to load delays a start for as long as the setting says, and no longer', async (t) => {
  const { catalog } = await openServer(t, {
    'never.ts': 'await new Promise(() => {})',
    'say-word.ts': saying('first'),
  })
  const { state } = await catalog()
  assert.deepEqual([state['file:never.ts'], state['file:say-word.ts']], ['starting', 'ready'])
})
