import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { createToolbox } from '../toolbox.ts'
import { ToolSources } from './tool-sources.ts'

function makeTool(name: string): Tool {
  return { schema: { type: 'function', function: { name } }, run: () => name }
}

const choice = {
  folder: 'no such folder',
  isFolderGiven: false,
  on: ['get_time'],
  off: [],
  ask: [],
  limits: [],
  commands: [],
  http: [],
  openapi: [],
  mcpServers: [],
}

/** The sources of a server that has one tool, and two more that can be switched on. */
async function openSources(t: TestContext) {
  const toolbox = createToolbox([makeTool('get_weather')])
  const log: string[] = []
  const note = (text: string) => log.push(text)
  const optional = [makeTool('get_forecast'), makeTool('get_time')]
  const limits = { waitMs: 60_000, maxReloads: 1, maxOutputBytes: 65_536 }
  const sources = new ToolSources(choice, { toolbox, optional, ...limits, onNotice: note, onWarning: note })
  t.after(() => sources.close())
  await sources.start()
  return { sources, toolbox, log, names: () => toolbox.schemas().map((schema) => schema.function.name) }
}

test('of the optional tools those are offered that are switched on, as tools that are part of chatterd', async (t) => {
  const { sources, names } = await openSources(t)
  assert.deepEqual(names(), ['get_time', 'get_weather'])
  assert.deepEqual(sources.report(), [{ name: 'builtin', state: 'ready', tools: 2 }])
})

test('another choice switches tools on and off while the server runs, and `off` has the last word', async (t) => {
  const { sources, log, names } = await openSources(t)
  await sources.reload({ ...choice, on: ['get_forecast'] })
  assert.deepEqual(names(), ['get_forecast', 'get_weather'])
  assert.match(log.join(), /the tools have changed \(added: get_forecast; removed: get_time\)/)
  await sources.reload({ ...choice, on: ['get_forecast', 'get_time'], off: ['get_*t*r'] })
  assert.deepEqual(names(), ['get_forecast', 'get_time'])
  await sources.reload({ ...choice, on: ['get_time'], off: ['*'] })
  assert.deepEqual(names(), [])
})

test('another choice limits the calls of tools while the server runs', async (t) => {
  const { sources, toolbox } = await openSources(t)
  const limits = [
    { pattern: 'get_t*', callsAtOnce: 1 },
    { pattern: 'other', callsPerMinute: 1 },
  ]
  await sources.reload({ ...choice, limits })
  assert.deepEqual(
    toolbox.describe().map(({ limits: { callsAtOnce } }) => callsAtOnce),
    [1, undefined],
  )
  assert.deepEqual(sources.unused.limits, ['other'])
})
