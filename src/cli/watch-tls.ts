import { Server } from 'node:tls'
import type { Logger } from 'pino'
import type { Tls } from './open-tls.ts'

export interface TlsWatchOptions {
  /** Reads the certificate again. */
  read(): Promise<Tls | undefined>
  /** Its server's next connections have the certificate that is read. */
  app: { server: object }
  log: Pick<Logger, 'info' | 'error'>
  /** How often it is read, in milliseconds. */
  pollMs?: number
}

/** A certificate that is read again and again, because programs that renew certificates replace its files. */
export interface TlsWatch extends Disposable {
  /** The certificate in use. */
  readonly current: Tls
  /** Reads it at once. */
  reload(): Promise<void>
}

/**
 * Reads by time, and not when the system reports a change: it reports none for files behind the links that mounted secrets have. A
 * certificate that cannot be used is logged, and the one before stays in use.
 */
export function watchTls(first: Tls, { read, app, log, pollMs = 10_000 }: TlsWatchOptions): TlsWatch {
  let current = first
  let problem = ''
  let logged = ''

  function use(next: Tls): void {
    if (next.cert === current.cert && next.key === current.key) return
    if (app.server instanceof Server) app.server.setSecureContext(next)
    current = next
    log.info('another certificate is in use from here on')
  }

  /** While its two files are being replaced, they do not fit each other: by time, only a problem that stays is logged. */
  async function poll(logsAtOnce: boolean): Promise<void> {
    try {
      const next = await read()
      problem = logged = ''
      if (next) use(next)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const stays = logsAtOnce || reason === problem
      problem = reason
      if (!stays || reason === logged) return
      logged = reason
      log.error(`the certificate in use stays in use: ${reason}`)
    }
  }

  let reading = Promise.resolve()
  const readNext = (logsAtOnce: boolean) => {
    reading = reading.then(() => poll(logsAtOnce))
    return reading
  }
  const timer = setInterval(() => void readNext(false), pollMs)
  timer.unref()
  return {
    get current() {
      return current
    },
    reload: () => readNext(true),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
