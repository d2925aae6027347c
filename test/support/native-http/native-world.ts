import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { createAccessCheck } from '../../../src/http/access/guard-requests.ts'
import { type AppOptions, createApp } from '../../../src/http/app.ts'
import type { NativePorts } from '../../../src/http/dialects/native/ports.ts'
import type { JsonObject } from '../../../src/protocol/json.ts'
import type { EngineData } from '../../../src/protocol/native/catalog.ts'
import type { EngineModel } from '../../../src/turn/ports/engine.ts'
import { MemoryDirectory } from './memory-directory.ts'
import { ScriptedTurns } from './scripted-turns.ts'

/** The HTTP side alone, with turns that a test scripts. */
export interface NativeWorld {
  app: FastifyInstance
  turns: ScriptedTurns
  directory: MemoryDirectory
  engine: { name: string }
  models: EngineModel[]
  /** Tools that were left out. */
  leftOut: string[]
  faults: unknown[]
  /** Sends a request to a path below `/chatterd/v1`, without a socket. */
  ask(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers?: Headers,
  ): Promise<Asked>
  /** Listens on a port of its own, and returns its address up to `/chatterd/v1`. */
  listen(): Promise<string>
}

type Headers = Record<string, string>

/** The response. */
export interface Asked {
  status: number
  type: string
  headers: Record<string, unknown>
  body: JsonObject
}

/** Opens it; closed at the test's end. */
export function openNative(
  t: TestContext,
  given: Partial<
    NativePorts & Pick<AppOptions, 'checkAccess' | 'bodies' | 'onRequestEnd' | 'databaseReadiness'>
  > = {},
): NativeWorld {
  const directory = new MemoryDirectory()
  const turns = new ScriptedTurns(directory)
  const models: EngineModel[] = [{ name: 'demo', capabilities: ['completion', 'tools'] }]
  const leftOut: string[] = []
  const faults: unknown[] = []
  const never = () => Promise.reject(new Error('not in this dialect'))
  const engine = {
    name: 'scripted',
    model: async (name: string) => models.find((model) => model.name === name),
    ping: async () => undefined,
    state: async (): Promise<EngineData> => ({
      name: 'scripted',
      state: 'ready',
      since: '2026-01-01T00:00:00.000Z',
    }),
    models: async () => models,
    loadedContext: async (name: string) => (name === 'demo' ? 4_096 : undefined),
  }
  const ports = {
    turns: Object.assign(turns, { reset: never }),
    directory,
    engine,
    residentTools: () => [
      {
        schema: { type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } },
        source: 'builtin',
        approval: false,
        limits: { timeoutMs: 15_000, maxOutputBytes: 65_536, callsAtOnce: undefined, callsPerMinute: 60 },
        counts: { calls: 7, failures: 2, repairs: 1 },
      },
    ],
    toolSources: () => [
      { name: 'builtin', state: 'ready', tools: 1 },
      { name: 'file:get-time.ts', state: 'down', reason: 'get-time.ts:3: no', tools: 0 },
    ],
    isResident: (tool: string) => tool === 'get_weather',
    onToolLeftOut: (tool: string) => leftOut.push(tool),
    onFault: (fault: unknown) => faults.push(fault),
    limits: { keepAliveMs: 60_000, maxUnreadBytes: 1_000_000, maxMessages: 4, maxTools: 2, boardMessages: 1 },
    store: { newestTurn: never, post: never, board: never },
    readWeather: never,
    newId: () => 'id',
    databaseReadiness: async () => ({ ready: true }),
    checkAccess: createAccessCheck({
      listenHost: '127.0.0.1',
      machineName: 'test',
      hosts: [],
      origins: undefined,
    }),
    onRequestEnd: () => {},
    bodies: { maxBodyBytes: 10_000, maxBodyValues: 1_000 },
    ...given,
  }
  // The rest of the classic dialect's options is not needed here.
  const app = createApp(ports as unknown as Parameters<typeof createApp>[0])
  t.after(() => app.close())
  return {
    ...{ app, turns, directory, engine, models, leftOut, faults },
    async ask(method, path, body, headers = {}) {
      const payload =
        body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }
      const response = await app.inject({ method, url: `/chatterd/v1${path}`, headers, ...payload })
      const type = String(response.headers['content-type'] ?? '')
      return {
        status: response.statusCode,
        type,
        headers: response.headers,
        body: type.includes('json') ? response.json() : {},
      }
    },
    async listen() {
      await app.listen({ host: '127.0.0.1', port: 0 })
      const { port } = app.server.address() as AddressInfo
      return `http://127.0.0.1:${port}/chatterd/v1`
    },
  }
}
