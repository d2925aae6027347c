import { openDatabase } from '../../src/store/database.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { createStore } from '../../src/store/store.ts'
import { uuidv7 } from '../../src/store/uuidv7.ts'
import { LiveTurns } from '../../src/stream/live-turns.ts'
import { createApp } from '../../src/http/app.ts'
import { openEngine } from '../../src/engines/open-engine.ts'
import { createToolbox } from '../../src/tools/toolbox.ts'
import { residentTools } from '../../src/tools/resident/resident-tools.ts'
import { readWeather } from '../../src/tools/resident/read-weather.ts'
import { openTls } from '../../src/cli/open-tls.ts'
import type { AddressInfo } from 'node:net'
export interface Chatterd { url: string; close(): Promise<void> }
export async function startChatterd(env: Record<string, string>): Promise<Chatterd> {
  const config = loadConfig({ platform: process.platform, home: '/tmp', cwd: '/tmp', env: { HOST: '127.0.0.1', PORT: '0', CHATTERD_LOG_LEVEL: 'silent', ...env } })
  const database = await openDatabase({ source: config.databaseUrl ? { kind: 'postgresql', url: config.databaseUrl } : { kind: 'embedded', dataDir: config.dataDir } })
  await database.whenReady
  const store = createStore(database, { runner: uuidv7(), leaseMs: config.leaseMs, maxTools: config.maxTools, alone: !config.databaseUrl })
  const timer = setInterval(() => store.heartbeat(turns.ids()), 1500)
  await store.heartbeat([])
  const engine = await openEngine({ choice: config.engine, ollama: { baseUrl: config.ollamaBaseUrl, connectTimeoutMs: config.connectTimeoutMs,
      firstTokenTimeoutMs: config.firstTokenTimeoutMs,
      silenceTimeoutMs: config.silenceTimeoutMs,
      answerTimeoutMs: config.stepTimeoutMs,
      maxLineBytes: config.maxLineBytes,}, pollMs: 1000, onChange: () => {} })
  const weather = { baseUrl: config.openMeteoUrl, timeoutMs: config.toolTimeoutMs }
  const toolbox = createToolbox(residentTools({ weather }), { timeoutMs: config.toolTimeoutMs, maxOutputBytes: config.toolOutputBytes })
  const turns = new LiveTurns({ engine, toolbox, store, limits: { maxSteps: config.maxSteps, maxCalls: config.maxCalls, maxAnswerBytes: config.maxAnswerBytes }, now: () => performance.now(), newCallId: () => uuidv7(), newTurnId: uuidv7, onFault: console.error },
    { maxTurns: config.maxTurns, turnTimeoutMs: config.turnTimeoutMs, busyWaitMs: config.busyWaitMs, maxWaiting: config.busyQueue, leaseMs: config.leaseMs })
  const tls = await openTls(config, () => {})
  const app = createApp({ turns, engine, store, readWeather: (p, signal) => readWeather(p as never, { ...weather, signal }), newId: uuidv7, readiness: async () => ({ ready: true }), onFault: console.error,
    isResident: (t) => toolbox.has(t), onToolLeftOut: () => {}, limits: { ...config, maxUnreadBytes: config.clientBufferBytes }, maxBodyBytes: config.maxBodyBytes, ...(tls && { tls }) })
  await app.listen({ port: 0, host: '127.0.0.1' })
  return { url: `http${tls ? 's' : ''}://127.0.0.1:${(app.server.address() as AddressInfo).port}`, close: async () => {
    await turns.drain(1000); await app.close(); clearInterval(timer); await engine.close(); await database.close() } }
}
