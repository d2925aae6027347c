import { readFileSync } from 'node:fs'

/** True while a process runs. One that has ended, and that nobody has waited for, does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
