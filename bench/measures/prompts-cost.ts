import { benchModelName } from '../bench-model.ts'
import type { Dialect } from '../dialects.ts'
import { cpuMicros } from '../process-cost.ts'
import { runLoad } from '../run-load.ts'
import type { ServerProcess } from '../start-process.ts'

/** Prompts of one client. */
export interface PromptLoad {
  tokens: number
  intervalMs: number
  /** At once. */
  streams: number
  /** How often, one after the other. */
  repeat: number
}

/** Processor time that the server's process takes for all of these prompts, in microseconds. */
export async function promptsMicros(
  { url, pid }: ServerProcess,
  dialect: Dialect,
  { tokens, intervalMs, streams, repeat }: PromptLoad,
): Promise<number> {
  // New conversations: a database may remember other rounds.
  const targets = [{ url, dialect, conversation: `cpu ${Date.now()} {n}` }]
  const before = cpuMicros(pid)
  await runLoad({ targets, model: benchModelName(tokens, intervalMs), streams, repeat, hold: false })
  return cpuMicros(pid) - before
}
