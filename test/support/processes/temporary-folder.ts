import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for all that a run of tests puts into files. */
export interface TemporaryFolder {
  path: string
  /** Removes it. The end of this process, however it comes, does the same. */
  remove(): Promise<void>
}

/** Its input ends when the process that started it removes the folder, or is gone. Others may still write then: for 10 s, at most. */
const guard = `
  read -r line
  tries=0
  until rm -rf "$0" 2>/dev/null || [ $tries -ge 100 ]; do tries=$((tries + 1)); sleep 0.1; done`

export async function makeTemporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'chatterd-tests-'))
  // PostgreSQL has its files in there, and is run by another user where this one is root.
  await chmod(path, 0o755)
  const guarding = spawn('sh', ['-c', guard, path], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  guarding.unref()
  if (guarding.stdin instanceof Socket) guarding.stdin.unref()
  return {
    path,
    async remove() {
      const gone = once(guarding, 'exit')
      guarding.ref()
      guarding.stdin?.end()
      await gone
    },
  }
}
