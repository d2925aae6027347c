import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { DatabaseSource } from '../../../src/store/database.ts'
import { endWithParent } from './end-with-parent.ts'
import './end-with-runner.ts'

const program = fileURLToPath(new URL('../../../bin/chatterd.js', import.meta.url))

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
  /** All that it wrote on its error output. */
  errors: string
}

/** The product as a process of its own, as people run it. */
export interface ChildServer {
  pid: number
  /** Resolves with its address when it serves; rejects where it ends before. */
  url: Promise<string>
  exit: Promise<Exit>
  kill(signal: NodeJS.Signals): void
  /** Resolves when it has written a line that fits on its error output, after the one of the call before. */
  logged(pattern: RegExp): Promise<void>
}

/**
 * Starts the program with these environment variables and arguments, on a free port. `over` kills it: the signal of a test, which it gives
 * when its time is over.
 */
export function startServer(
  env: Record<string, string>,
  over: AbortSignal,
  args: readonly string[] = [],
): ChildServer {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env
  const child = spawn(process.execPath, [program, ...args], {
    env: {
      PATH,
      ...(NODE_COMPILE_CACHE && { NODE_COMPILE_CACHE }),
      HOST: '127.0.0.1',
      PORT: '0',
      CHATTERD_PAGE: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: over,
    killSignal: 'SIGKILL',
  })
  endWithParent(child)
  // Says only that `over` came.
  child.on('error', () => {})
  const { promise: url, resolve, reject } = Promise.withResolvers<string>()
  let output = ''
  let errors = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    const [, address] = /address +(https?:\S+)\n/.exec(output) ?? []
    if (address) resolve(address)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const exit = new Promise<Exit>((resolveExit) => {
    child.once('close', (code, signal) => {
      reject(new Error(`chatterd ended before it served: ${code ?? signal}\n${errors}`))
      resolveExit({ code, signal, errors })
    })
  })
  url.catch(() => {})
  let seen = 0
  async function logged(pattern: RegExp): Promise<void> {
    for (;;) {
      const text = errors.slice(seen)
      const found = pattern.exec(text)
      const end = found ? text.indexOf('\n', found.index) : -1
      if (found && end !== -1) {
        seen += end
        return
      }
      await once(child.stderr, 'data', { signal: over })
    }
  }
  return { logged, pid: child.pid ?? 0, url, exit, kill: (signal) => void child.kill(signal) }
}

/**
 * For servers that are killed or paused, so that the others need not wait long. Not for those that only share a busy machine: there,
 * a process can be without processor time for longer than this, and loses its turns as it should.
 */
export const shortLease = { CHATTERD_LEASE: '1s' }

/** The environment variables of a server on this database, which asks the engine at `engineUrl`. */
export function serverEnv(source: DatabaseSource, engineUrl: string): Record<string, string> {
  return {
    CHATTERD_ENGINE: 'ollama',
    OLLAMA_BASE_URL: engineUrl,
    ...(source.kind === 'embedded' ? { CHATTERD_DATA_DIR: source.dataDir } : { DATABASE_URL: source.url }),
  }
}
