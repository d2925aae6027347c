import { type Logger, pino } from 'pino'
import type { Config } from '../config/settings.ts'

/** How long lines for programs are collected, so that many are written at once: in milliseconds, and how many bytes. */
const collectMs = 100
const collectBytes = 8_192

/** A log that keeps its lines until `release`, so that the first lines on the terminal are others. */
export interface HeldLog {
  log: Logger
  release(): void
  /** Writes the lines that are collected. Done by itself within 100 ms, and at the end of the process. */
  flush(): void
}

/** Opens the log, on standard error: JSON for programs, readable text for people at a terminal. */
export async function openLog(
  { logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>,
  { fd = 2, isTerminal = process.stderr.isTTY } = {},
): Promise<HeldLog> {
  const isPretty = logFormat === 'pretty' || (logFormat === 'auto' && isTerminal)
  const out = isPretty ? await openPretty(fd) : openCollecting(fd)
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
    flush: () => out.flushSync(),
  }
}

/** Each write keeps the event loop waiting, and a busy server has two lines a turn. */
function openCollecting(fd: number) {
  const out = pino.destination({ fd, sync: true, minLength: collectBytes, periodicFlush: collectMs })
  process.once('exit', () => out.flushSync())
  return out
}

async function openPretty(destination: number): Promise<{ write(line: string): void; flushSync(): void }> {
  // Loaded only where it is used.
  const { default: pretty } = await import('pino-pretty')
  const out = pretty({ destination, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' })
  return { write: (line) => void out.write(line), flushSync() {} }
}
