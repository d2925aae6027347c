import { ProtocolError } from '@modelcontextprotocol/client'
import { errorMessage } from '../../error-message.ts'
import type { Connection } from './connect-server.ts'

export interface WatchOptions {
  signal: AbortSignal
  /** How often it is asked whether it is there, in milliseconds. */
  pingMs: number
  /** Called at most once, when it has ended or does not answer. */
  onEnd(error: Error): void
}

/** Looks after a connection until `signal` is aborted. A server that misses two questions in a row is taken for gone. */
export function watchConnection({ client, reason }: Connection, options: WatchOptions): void {
  const { signal, pingMs, onEnd } = options
  let missed = 0
  let isAsked = false
  const timer = setInterval(() => void ask(), pingMs)
  timer.unref()
  signal.addEventListener('abort', () => clearInterval(timer), { once: true })
  client.onclose = () => onEnd(new Error(reason() ?? 'the connection has ended'))

  async function ask(): Promise<void> {
    if (isAsked) return
    isAsked = true
    try {
      const request = { signal, timeout: pingMs }
      // Newer versions of the protocol have no ping.
      await (client.getProtocolEra() === 'modern' ? client.discover(request) : client.ping(request))
      missed = 0
    } catch (error) {
      // One that refuses the question is there.
      missed = error instanceof ProtocolError ? 0 : missed + 1
      if (missed > 1) onEnd(new Error(`it does not answer: ${errorMessage(error)}`))
    } finally {
      isAsked = false
    }
  }
}
