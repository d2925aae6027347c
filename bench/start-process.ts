import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from './free-port.ts'

/** A server that runs in a process of its own. */
export interface ServerProcess {
  url: string
  pid: number
  child: ChildProcess
  /** Milliseconds from its start to its first whole response. */
  startMs: number
  stop(): Promise<void>
}

const longestStartMs = 60_000
const longestStopMs = 15_000

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000) })
    await response.text()
    return response.ok
  } catch {
    return false
  }
}

/**
 * Starts a Node program on a free port of this machine, given in `PORT` and `HOST`, and waits until `readyPath` responds with 2xx.
 * Its output goes nowhere, but for errors where `BENCH_VERBOSE` is set. An `env` of undefined hides one of ours.
 */
export async function startProcess(
  program: string,
  options: { args?: string[]; env?: NodeJS.ProcessEnv; nodeArgs?: string[]; readyPath?: string } = {},
): Promise<ServerProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [...(options.nodeArgs ?? []), resolve(import.meta.dirname, '..', program), ...(options.args ?? [])],
    {
      env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), ...options.env },
      stdio: ['ignore', 'ignore', process.env.BENCH_VERBOSE ? 'inherit' : 'ignore'],
    },
  )
  await once(child, 'spawn')
  const server = { url, pid: child.pid ?? 0, child, startMs: 0, stop: () => stop(child) }
  while (!(await isReady(url + (options.readyPath ?? '/')))) {
    if (child.exitCode !== null || performance.now() - began > longestStartMs) {
      await server.stop()
      throw new Error(`${program} did not start; BENCH_VERBOSE=1 shows what it says`)
    }
    await wait(10)
  }
  server.startMs = performance.now() - began
  return server
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), longestStopMs)
  await ended
  clearTimeout(timer)
}
