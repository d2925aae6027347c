import assert from 'node:assert/strict'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { databaseKinds, type Ending } from '../support/databases/database-kinds.ts'
import { createFor } from '../support/databases/unopened-database.ts'
import { startChatterd } from '../support/processes/start-chatterd.ts'

const waiting = 'test:waiting'

/** A file of tools. Those that wait publish what becomes of them. */
const tools = `
import { channel } from 'node:diagnostics_channel'
const waiting = channel('${waiting}')
const name = { type: 'string', description: 'whom to greet' }

export const say_hello = {
  description: 'Greets somebody',
  parameters: { type: 'object', properties: { name }, required: ['name'], additionalProperties: false },
  run: ({ name }) => 'Hello, ' + name,
}
export const show_number = { parameters: { type: 'object', properties: {} }, run: ({ value }) => String(value) }
export const break_off = { run() { throw new Error('the service is away') } }
export const write_much = { run: () => 'x'.repeat(1_000_000) }
const wait = (_args, { signal }) =>
  new Promise(() => {
    waiting.publish('begun')
    signal.addEventListener('abort', () => waiting.publish('cancelled'))
  })
export const wait_long = { timeoutMs: 600_000, run: wait }
export const wait_briefly = { timeoutMs: 300, run: wait }
export const send_mail = { run: () => 'sent' }
export const hide_me = { run: () => 'seen' }
`

/** All of these that MCP clients can have, sorted. \`send_mail\` is asked first, \`hide_me\` is off. */
export const offered = [
  ...['break_off', 'get_weather', 'say_hello', 'show_number', 'wait_briefly', 'wait_long', 'write_much'],
]

const settings = '[tools]\nfolder = "own"\noff = ["hide_*"]\nask = ["send_*"]\n'

/** A folder with tools and settings, and a database. */
export async function makeToolbox() {
  const cwd = await mkdtemp(join(tmpdir(), 'chatterd-mcp-'))
  await mkdir(join(cwd, 'own'))
  await writeFile(join(cwd, 'own', 'own.js'), tools)
  const configure = (text: string) => writeFile(join(cwd, 'chatterd.toml'), text)
  await configure(settings)
  const [, postgresql] = databaseKinds
  const database = await createFor(postgresql ?? assert.fail())
  const url = database.source.kind === 'postgresql' ? database.source.url : assert.fail()
  return {
    ...{ cwd, configure, env: { CHATTERD_ENGINE: 'demo', DATABASE_URL: url } },
    async remove() {
      await database.end()
      await rm(cwd, { recursive: true })
    },
  }
}

/** A server with tools, in this process; closed at the end of a test, or of a file. */
export async function openServer(ending: Ending, given: Record<string, string> = {}) {
  const { cwd, env, configure, remove } = await makeToolbox()
  const server = await startChatterd({ ...env, ...given }, { cwd })
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= server.close()
    return closed
  }
  ending.after(async () => {
    await close()
    await remove()
  })
  return {
    ...{ url: server.url, mcp: `${server.url}/mcp`, close },
    /** Writes other settings, and has them read. */
    async reconfigure(text: string) {
      await configure(text)
      await server.reload()
    },
  }
}

export const eras = ['legacy', 'modern'] as const
export type Era = (typeof eras)[number]

/** A client of the protocol before or after 2026-07-28, connected; closed at the test's end. */
export async function connectClient(t: TestContext, url: string, era: Era): Promise<Client> {
  const client = new Client(
    { name: 'test', version: '1' },
    { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : 'auto' } },
  )
  await client.connect(new StreamableHTTPClientTransport(new URL(url)))
  t.after(() => client.close())
  assert.equal(client.getProtocolEra(), era)
  return client
}

/** What becomes of tools that wait, in order. */
export function watchWaiting(t: TestContext) {
  const events = new EventTarget()
  const states: string[] = []
  const onState = (state: unknown) => {
    states.push(String(state))
    events.dispatchEvent(new Event('change'))
  }
  subscribe(waiting, onState)
  t.after(() => unsubscribe(waiting, onState))
  return {
    states,
    async until(count: number) {
      while (states.length < count) await once(events, 'change')
    },
  }
}

const both = 'application/json, text/event-stream'

/** Posts this text as a client of 2025 does. */
export function post(
  url: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
) {
  return fetch(url, {
    ...{ method: 'POST', body, ...(signal && { signal }) },
    headers: { 'content-type': 'application/json', accept: both, ...headers },
  })
}

/** A message as JSON. */
export function message(method: string, params = {}): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
}
