import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { emptyToolSettings } from '../../protocol/tool-settings/tool-settings.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { createToolbox } from '../toolbox.ts'
import { ToolSources } from './tool-sources.ts'

function makeTool(name: string): Tool {
  return { schema: { type: 'function', function: { name } }, run: () => name }
}

const sizes = {
  maxOutputBytes: 65_536,
  maxResponseBytes: 65_536,
  maxDocumentBytes: 65_536,
  mcpStartMs: 60_000,
}

const settings = { ...emptyToolSettings('no such folder'), on: ['get_time'] }

/** The sources of a server that has one tool, and two more that can be switched on. */
async function openSources(t: TestContext, { waitMs = 60_000 } = {}) {
  const toolbox = createToolbox([makeTool('get_weather')])
  const log: string[] = []
  const note = (text: string) => log.push(text)
  const optional = [makeTool('get_forecast'), makeTool('get_time')]
  const limits = { waitMs, maxReloads: 1, ...sizes }
  const sources = new ToolSources(settings, { toolbox, optional, ...limits, onNotice: note, onWarning: note })
  t.after(() => sources.close())
  await sources.start()
  return { sources, toolbox, log, names: () => toolbox.schemas().map((schema) => schema.function.name) }
}

test('of the optional tools those are offered that are switched on, as tools that are part of chatterd', async (t) => {
  const { sources, names } = await openSources(t)
  assert.deepEqual(names(), ['get_time', 'get_weather'])
  assert.deepEqual(sources.report(), [{ name: 'builtin', state: 'ready', tools: 2 }])
})

test('other settings switch tools on and off while the server runs, and `off` has the last word', async (t) => {
  const { sources, log, names } = await openSources(t)
  await sources.reload({ ...settings, on: ['get_forecast'] })
  assert.deepEqual(names(), ['get_forecast', 'get_weather'])
  assert.match(log.join(), /the tools have changed \(added: get_forecast; removed: get_time\)/)
  await sources.reload({ ...settings, on: ['get_forecast', 'get_time'], off: ['get_*t*r'] })
  assert.deepEqual(names(), ['get_forecast', 'get_time'])
  await sources.reload({ ...settings, on: ['get_time'], off: ['*'] })
  assert.deepEqual(names(), [])
})

test('reloads that overlap open a folder once, and the last one counts', async (t) => {
  const { sources, names } = await openSources(t)
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-overlap-'))
  t.after(async () => {
    await rm(folder, { recursive: true })
    Reflect.deleteProperty(globalThis, 'toolTestLoads')
  })
  await writeFile(
    join(folder, 'own.js'),
    'globalThis.toolTestLoads = (globalThis.toolTestLoads ?? 0) + 1\nexport default { run() {} }',
  )
  const given = { ...settings, folder, isFolderGiven: true }
  // Its code is there, so that opening the folder takes one turn of the event loop or less.
  await import('./files/file-tools.ts')
  const reloads: Promise<void>[] = []
  for (const off of [['own'], ['get_*'], ['*'], []]) {
    reloads.push(sources.reload({ ...given, off }))
    // The next one comes while this one opens the folder.
    await import('./files/file-tools.ts')
  }
  await Promise.all(reloads)
  assert.deepEqual(names(), ['get_time', 'get_weather', 'own'])
  assert.equal(Reflect.get(globalThis, 'toolTestLoads'), 1)
})

test('a source that takes long to load delays neither a reload nor the next one', async (t) => {
  const { sources, names } = await openSources(t, { waitMs: 1 })
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-slow-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'never.js'), 'await new Promise(() => {})')
  const given = { ...settings, folder, isFolderGiven: true }
  await sources.reload({ ...given, off: ['get_time'] })
  assert.deepEqual(names(), ['get_weather'])
  await sources.reload({ ...given, on: ['get_forecast'] })
  assert.deepEqual(names(), ['get_forecast', 'get_weather'])
})

test('other settings limit the calls of tools while the server runs', async (t) => {
  const { sources, toolbox } = await openSources(t)
  const limits = [
    { pattern: 'get_t*', callsAtOnce: 1 },
    { pattern: 'other', callsPerMinute: 1 },
  ]
  await sources.reload({ ...settings, limits })
  assert.deepEqual(
    toolbox.describe().map(({ limits: { callsAtOnce } }) => callsAtOnce),
    [1, undefined],
  )
  assert.deepEqual(sources.unused.limits, ['other'])
})
