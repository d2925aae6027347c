import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { emptyToolSettings } from '../../../protocol/tool-settings/tool-settings.ts'
import { createToolbox } from '../../toolbox.ts'
import { ToolSources } from '../tool-sources.ts'

/** A folder with these files, and the tools of it. */
async function open(
  t: TestContext,
  files: Record<string, string>,
  options: { maxReloads?: number; waitMs?: number } = {},
) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'chatterd tools-')))
  const settings = { ...emptyToolSettings(folder), isFolderGiven: true }
  const toolbox = createToolbox([])
  const changes = new EventTarget()
  const log: string[] = []
  const note = (text: string) => {
    log.push(text)
    changes.dispatchEvent(new Event('change'))
  }
  const sources = new ToolSources(settings, {
    ...{
      toolbox,
      optional: [],
      waitMs: 60_000,
      maxReloads: 100,
      ...{ maxOutputBytes: 65_536, maxResponseBytes: 65_536, maxDocumentBytes: 65_536, mcpStartMs: 1 },
      onNotice: note,
      onWarning: note,
      ...options,
    },
  })
  t.after(async () => {
    await sources.close()
    await rm(folder, { recursive: true })
  })
  const write = async (name: string, text: string) => {
    // Whole at once, so that no half of it is loaded.
    await writeFile(join(folder, `.${name}`), text)
    await rename(join(folder, `.${name}`), join(folder, name))
  }
  await mkdir(join(folder, 'lib'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  await sources.start()
  return {
    ...{ folder, toolbox, sources, settings, log, write },
    names: () => toolbox.schemas().map((schema) => schema.function.name),
    reasons: () => sources.report().flatMap(({ reason }) => reason ?? []),
    async run(name: string, args = {}, signal = new AbortController().signal) {
      return (await toolbox.run(name, args, { signal, conversation: 'app', turn: 't', callId: 'c' })).output
    },
    /** Waits until something that is logged makes it true. */
    async until(holds: () => boolean) {
      while (!holds()) await once(changes, 'change', { signal: t.signal })
    },
  }
}

const saying = (text: string) => `export default { description: 'Says', run: () => '${text}' }`

test('a file is a tool of its name, with or without an import, in TypeScript and in JavaScript', async (t) => {
  const { names, run } = await open(t, {
    'get-time.ts': `
      import { defineTool, type ToolContext } from 'chatterd'
      const parameters = { type: 'object', properties: { zone: { type: 'string' } } } as const
      export default defineTool({ parameters, run: ({ zone }, context: ToolContext) => zone + ' ' + context.conversation })`,
    'plain.js': saying('plain'),
    'other.mjs': `export default { name: 'renamed', run() { return this.name } }`,
    'common.js': `module.exports = { run: () => require('./lib/word.cjs') }`,
    'lib/word.cjs': `module.exports = 'common'`,
  })
  assert.deepEqual(names(), ['common', 'get_time', 'plain', 'renamed'])
  assert.equal(await run('get_time', { zone: 'UTC' }), 'UTC app')
  assert.equal(await run('plain'), 'plain')
  assert.equal(await run('renamed'), 'renamed')
  assert.equal(await run('common'), 'common')
})

test('a file may export several tools by name, and other things beside them', async (t) => {
  const { names } = await open(t, {
    'many.ts': `export const first = { run: () => '' }
      export const second = { name: 'other', run: () => '' }
      export const cities = ['Ann Arbor'], helper = () => ''
      export type Nothing = never`,
  })
  assert.deepEqual(names(), ['first', 'other'])
})

test('tests, declarations, hidden files and folders below are not loaded', async (t) => {
  const { sources } = await open(t, {
    'a.test.ts': saying('a'),
    'b.d.ts': saying('b'),
    '.c.ts': saying('c'),
    'lib/d.ts': saying('d'),
    'e.txt': saying('e'),
  })
  assert.deepEqual(sources.report(), [{ name: 'builtin', state: 'ready', tools: 0 }])
})

test('a file that fails is named with file, line and reason, and the tools of the others stay', async (t) => {
  const { names, reasons, log } = await open(t, {
    'fine.ts': saying('fine'),
    'a.ts': 'const a = 1\nconst b: = 2',
    'b.js': 'export default 1\n\nconst b = = 2',
    'c.ts': "const a = 1\n\n\nthrow new Error('no database')",
    'd.ts': "import { nothing } from './lib/broken.ts'",
    'lib/broken.ts': '\n\nfunction (',
    'e.ts': 'export default { description: 1, run() {} }',
    'f.ts': 'export default { paramaters: {}, run() {} }',
    'g.ts': "export default { parameters: { type: 'objekt' }, run() {} }",
    'h.ts': "import './lib/missing.ts'",
    'j.ts': 'type A = string\nconst a: A = ``\n\nconst a = 2\nexport {}',
    'i.ts': 'export default () => 1',
    'k.js': "export const look = { description: 'Look', parameters: {}, execute() {} }",
  })
  assert.deepEqual(names(), ['fine'])
  const [a, b, c, d, ...others] = reasons()
  assert.match(a ?? '', /^a\.ts:2: /)
  assert.equal(b, "b.js:3: Unexpected token '='")
  assert.equal(c, 'c.ts:4: no database')
  assert.match(d ?? '', /^broken\.ts:3: /)
  const [e, f, g, h, i, j, k] = others
  assert.equal(e, 'e.ts: "description" of e must be a text')
  assert.equal(f, 'f.ts: f has a "paramaters", which no tool has; did you mean parameters?')
  assert.match(g ?? '', /^g\.ts: The schema of the tool "g" is no JSON Schema: parameters\.type is "objekt"/)
  assert.match(h ?? '', /^h\.ts: Cannot find module 'lib\/missing\.ts' imported from h\.ts$/)
  assert.equal(i, 'i.ts: the default export is no tool: a tool is an object with a function "run"')
  assert.equal(k, 'k.js: look is no tool: it has no function "run"')
  assert.equal(j, "j.ts:4: Identifier 'a' has already been declared")
  assert.ok(log.includes("the tools of file:b.js are not available: b.js:3: Unexpected token '='"))
})

test('a file that is saved again is loaded again; broken, it is down with the reason until it is mended', async (t) => {
  const { names, reasons, run, write, until, log } = await open(t, { 'say.ts': saying('one') })
  assert.equal(await run('say'), 'one')
  await write('say.ts', saying('two').replace('Says', 'Says more'))
  await until(() => log.length === 1)
  assert.match(log[0] ?? '', /^the tools have changed \(changed: say\): the next prompts are slower/)
  assert.deepEqual([names(), await run('say')], [['say'], 'two'])

  await write('say.ts', `${saying('three')} )`)
  await until(() => reasons().length === 1)
  assert.match(reasons()[0] ?? '', /^say\.ts:1: /)
  assert.deepEqual(names(), [])
  assert.equal(await run('say'), 'The tool "say" is not available any more.')

  await write('say.ts', saying('four'))
  await until(() => names().length === 1)
  assert.equal(await run('say'), 'four')
})

test('files that are added and removed are tools from then on, and none any more', async (t) => {
  const { folder, names, write, until } = await open(t, { 'a.ts': saying('a') })
  await write('b.ts', saying('b'))
  await until(() => names().length === 2)
  await rm(join(folder, 'a.ts'))
  await until(() => names().join() === 'b')
})

test('when a file that others import has changed, they have it anew, and files that do not import it are not loaded again', async (t) => {
  const { folder, run, settings, sources } = await open(t, {
    'a.ts': `import { word } from './middle.ts'\nexport default { run: () => word() }`,
    'middle.ts': `export { word } from './lib/word.ts'`,
    'lib/word.ts': `export const word = () => 'old'`,
    'b.ts': `const loaded = Math.random()\nexport default { run: () => loaded }`,
  })
  const before = await run('b')
  assert.equal(await run('a'), 'old')
  await writeFile(join(folder, 'lib', 'word.ts'), `export const word = () => 'new'`)
  await sources.reload(settings)
  assert.equal(await run('a'), 'new')
  assert.equal(await run('b'), before)
})

test('a file that imports a missing one is loaded once that is there', async (t) => {
  const { folder, run, names, until } = await open(t, {
    'a.ts': `import { word } from './lib/word.ts'\nexport default { run: () => word }`,
  })
  assert.deepEqual(names(), [])
  await writeFile(join(folder, 'lib', 'word.ts'), `export const word = 'there'`)
  await until(() => names().length === 1)
  assert.equal(await run('a'), 'there')
})

test('a CommonJS module is loaded again too', async (t) => {
  const { write, run, sources, settings } = await open(t, {
    'a.js': `module.exports = { run: () => 'old' }`,
  })
  assert.equal(await run('a'), 'old')
  await write('a.js', `module.exports = { run: () => 'new' }`)
  await sources.reload(settings)
  assert.equal(await run('a'), 'new')
})

test('what only failed because of something outside is tried again, with all that it imports', async (t) => {
  t.after(() => Reflect.deleteProperty(globalThis, 'toolTestIsUp'))
  const { until, names, log } = await open(t, {
    'a.ts': `import { word } from './lib/word.ts'\nexport default { run: () => word }`,
    'lib/word.ts': `if (!globalThis.toolTestIsUp) throw new Error('not up')\nexport const word = 'up'`,
  })
  assert.deepEqual(log, ['the tools of file:a.ts are not available: word.ts:1: not up'])
  Reflect.set(globalThis, 'toolTestIsUp', true)
  await until(() => names().length === 1)
})

test('a call that runs ends with the code that it has begun with, and is not disturbed', async (t) => {
  const { run, write, until, log } = await open(t, {
    'wait.ts': `export default { run: () => new Promise((end) => { globalThis.toolTestEnd = () => end('old') }) }`,
  })
  const running = run('wait')
  await write('wait.ts', `export default { description: 'Waits', run: () => 'new' }`)
  await until(() => log.length > 0)
  assert.equal(await run('wait'), 'new')
  Reflect.get(globalThis, 'toolTestEnd')()
  assert.equal(await running, 'old')
})

test('a file that never ends to load delays no other file', async (t) => {
  const { names, sources, write, until } = await open(
    t,
    { 'never.ts': 'await new Promise(() => {})', 'fine.ts': saying('fine') },
    { waitMs: 1 },
  )
  await until(() => names().length === 1)
  assert.equal(sources.report().find(({ name }) => name === 'file:never.ts')?.state, 'starting')
  await write('later.ts', saying('later'))
  await until(() => names().length === 2)
})

test('after so many changes none is loaded any more, and the file says why', async (t) => {
  const { write, until, reasons, log } = await open(t, { 'say.ts': saying('one') }, { maxReloads: 1 })
  await write('say.ts', saying('two').replace('Says', 'Says more'))
  await until(() => log.length === 1)
  await write('say.ts', saying('three'))
  await until(() => reasons().length === 1)
  assert.match(reasons()[0] ?? '', /^it is not loaded again: .*tool-reloads.*restart chatterd/)
})

test('a folder that is not there is down, and its tools are there once it is', async (t) => {
  const { folder, sources, settings, reasons, names } = await open(t, {})
  const given = { ...settings, folder: join(folder, 'later') }
  await sources.reload(given)
  assert.match(reasons()[0] ?? '', /the folder .*later cannot be read \(ENOENT\)/)
  await mkdir(given.folder)
  await writeFile(join(given.folder, 'say.ts'), saying('there'))
  await sources.reload(given)
  assert.deepEqual([names(), reasons()], [['say'], []])
})

test('a file behind a symbolic link is loaded, and another one when the link changes', async (t) => {
  const { folder, sources, settings, run } = await open(t, {
    'lib/one.ts': saying('1'),
    'lib/two.ts': saying('2'),
  })
  await symlink(join('lib', 'one.ts'), join(folder, 'say.ts'))
  await sources.reload(settings)
  assert.equal(await run('say'), '1')
  await symlink(join('lib', 'two.ts'), join(folder, '.say.ts'))
  await rename(join(folder, '.say.ts'), join(folder, 'say.ts'))
  await sources.reload(settings)
  assert.equal(await run('say'), '2')
})

test('tools of a library that follows Standard Schema get what it makes of their arguments, and its messages are the model’s', async (t) => {
  const { toolbox, run, reasons } = await open(t, {
    'double.ts': `
      import { defineTool } from 'chatterd'
      const validate = ({ n }) => Number.isInteger(n) ? { value: { n: n * 2 } } : { issues: [{ path: ['n'], message: 'no integer' }] }
      const input = ({ target }) => {
        if (target !== 'draft-07') throw new Error('unknown')
        return { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', properties: { n: { type: 'number' } } }
      }
      const schema = { '~standard': { version: 1, vendor: 'own', validate, jsonSchema: { input } } }
      export default defineTool({ parameters: schema, run: ({ n }) => n })`,
    'old.ts': `export default { parameters: { '~standard': { version: 1, vendor: 'old', validate() {} } }, run() {} }`,
  })
  assert.deepEqual(toolbox.schemas()[0]?.function.parameters, {
    type: 'object',
    properties: { n: { type: 'number' } },
  })
  assert.equal(await run('double', { n: 21 }), '42')
  assert.equal(await run('double', { n: 1.5 }), 'double failed: wrong arguments: "n": no integer')
  assert.match(reasons()[0] ?? '', /^old\.ts: .*a schema of old that gives no JSON Schema/)
})

test('a file can limit its calls, and is down where a limit is no whole number', async (t) => {
  const limited = (limits: string) => `export default { description: 'x', ${limits}, run: () => 'x' }`
  const { toolbox, reasons } = await open(t, {
    'a.ts': limited('callsAtOnce: 1, callsPerMinute: 2, timeoutMs: 3'),
    'b.ts': limited('callsAtOnce: 0'),
    'c.ts': limited("callsPerMinute: '5'"),
    'd.ts': limited('callPerMinute: 5'),
  })
  const [description] = toolbox.describe()
  assert.deepEqual(description?.limits, {
    ...{ timeoutMs: 3, maxOutputBytes: 65_536, callsAtOnce: 1, callsPerMinute: 2 },
  })
  assert.deepEqual(reasons(), [
    'b.ts: callsAtOnce of the tool "b" must be a whole number from 1 to 100000, not 0.',
    'c.ts: "callsPerMinute" of c must be a number',
    'd.ts: d has a "callPerMinute", which no tool has; did you mean callsPerMinute?',
  ])
})
