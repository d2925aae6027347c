import { type Logger, pino } from 'pino'
import type { Config } from '../config/settings.ts'
import { LogOutput } from './log-output.ts'

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
  const format = isPretty ? await prettyFormat(isTerminal) : (line: string) => line
  let held: string[] | undefined = []
  const write = (line: string) => {
    if (held) held.push(line)
    else out.write(format(line))
  }
  const log = pino({ level: logLevel }, { write })
  const out = new LogOutput(fd, (lost, reason) => log.warn({ lost, reason }, 'lines of the log were lost'))
  process.once('exit', () => out.flush())
  return {
    log,
    release() {
      const lines = held ?? []
      held = undefined
      for (const line of lines) write(line)
    },
    flush: () => out.flush(),
  }
}

async function prettyFormat(colorize: boolean): Promise<(line: string) => string> {
  // Loaded only where it is used.
  const { prettyFactory } = await import('pino-pretty')
  return prettyFactory({
    colorize,
    singleLine: true,
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
  })
}
