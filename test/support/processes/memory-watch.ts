import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ChildServer } from './child-server.ts'
import { preload } from './preloads/preload.ts'

/** Asks processes how much memory they hold. */
export interface MemoryWatch extends AsyncDisposable {
  /** Environment variables of the processes that are asked. */
  env: Record<string, string>
  /** Bytes that it holds, without garbage. */
  of(server: ChildServer): Promise<number>
}

export async function watchMemory(): Promise<MemoryWatch> {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-memory-'))
  const reportsOf = async (pid: number) =>
    (await readFile(join(folder, `${pid}`), 'utf8').catch(() => '')).split('\n').slice(0, -1)
  return {
    env: { ...preload('report-memory'), MEMORY_FOLDER: folder },
    async of({ pid, kill }) {
      const before = (await reportsOf(pid)).length
      kill('SIGWINCH')
      for (;;) {
        const lines = await reportsOf(pid)
        if (lines.length > before) return Number(lines.at(-1))
        await delay(10)
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
