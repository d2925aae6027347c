import { type Logger, pino } from 'pino'
import type { Config } from '../config/settings.ts'

/** A log that keeps its lines until `release`, so that the first lines on the terminal are others. */
export interface HeldLog {
  log: Logger
  release(): void
}

/** Opens the log, on standard error: JSON for programs, readable text for people at a terminal. */
export async function openLog(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  { fd = 2, isTerminal = process.stderr.isTTY } = {},
): Promise<HeldLog> {
  const isPretty = logFormat === 'pretty' || (logFormat === 'auto' && isTerminal)
  const out = isPretty ? await openPretty(fd) : pino.destination({ fd, sync: true })
  let held: string[] | undefined = []
  const write = (line: string) => {
    if (held) held.push(line)
    else out.write(line)
  }
  return {
    log: pino({ level: logLevel }, { write }),
    release() {
      const lines = held ?? []
      held = undefined
      for (const line of lines) out.write(line)
    },
  }
}

async function openPretty(destination: number): Promise<{ write(line: string): void }> {
  // Loaded only where it is used.
  const { default: pretty } = await import('pino-pretty')
  return pretty({ destination, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
}
