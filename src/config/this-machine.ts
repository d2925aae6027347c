import { homedir } from 'node:os'
import type { Machine } from './data-folder.ts'

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  return { platform: process.platform, home: homedir(), cwd: process.cwd(), env: process.env }
}
