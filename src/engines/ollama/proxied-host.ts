import type { Dispatcher } from 'undici'
import { Deadline, type Timeouts } from '../http1/deadline.ts'
import { exchangeError } from '../http1/exchange-error.ts'
import type { OllamaAddress, OllamaHost } from './ollama-request.ts'

/** How long a connection stays open for the end of a response whose reader has all it needs, in milliseconds. */
const lingerMs = 1_000

/** A proxy for https addresses, and the hosts that are reached without it, as in `NO_PROXY`. */
export interface HttpsProxy {
  url: string
  except: string
}

type Stream = Dispatcher.ResponseData['body']

/** An Ollama server that is reached with undici, through a proxy. It costs more for each token than connections of our own. */
export function createProxiedHost(
  { url, prefix, authorization, label }: OllamaAddress,
  connectTimeoutMs: number,
  proxy: HttpsProxy,
): OllamaHost {
  const tls = { timeout: connectTimeoutMs }
  // Loaded here alone: it would cost each start a fifth of its time.
  const loaded = import('undici').then(({ EnvHttpProxyAgent, request: send }) => {
    const dispatcher = new EnvHttpProxyAgent({
      ...{ httpProxy: '', httpsProxy: proxy.url, noProxy: proxy.except },
      ...{ connect: tls, proxyTls: tls, requestTls: tls, allowH2: false },
    })
    return { send, dispatcher }
  })
  // The requests report it.
  loaded.catch(() => {})
  let isClosed = false
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }

  return {
    async request({ method, path, body }, timeouts, signal) {
      const watch = new Watch(timeouts, label, signal, () => isClosed)
      try {
        const { send, dispatcher } = await loaded
        const response = await send(`${url.origin}${prefix}${path}`, {
          ...{ dispatcher, method, headers, signal: watch.signal, headersTimeout: 0, bodyTimeout: 0 },
          body: body ?? null,
        })
        const contentType = String(response.headers['content-type'] ?? '')
        const finish = () => watch.stop()
        return { status: response.statusCode, contentType, body: read(response.body, watch), finish }
      } catch (error) {
        throw watch.errorOf(error)
      }
    },
    async close() {
      isClosed = true
      await loaded.then(({ dispatcher }) => dispatcher.destroy())
    },
  }
}

/** What ends an exchange from outside: the signal and the time-outs. */
class Watch {
  readonly deadline: Deadline
  readonly #abort = new AbortController()
  readonly #label: string
  readonly #outer: AbortSignal
  readonly #isStopping: () => boolean
  isStopped = false

  constructor(timeouts: Timeouts, label: string, outer: AbortSignal, isStopping: () => boolean) {
    this.#label = label
    this.#outer = outer
    this.#isStopping = isStopping
    this.deadline = new Deadline(timeouts, label, (error) => this.#abort.abort(error))
    // undici connects by itself, within the time-out that it was given.
    this.deadline.enter('waiting')
    outer.addEventListener('abort', this.#onAbort)
    if (outer.aborted) this.#onAbort()
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  stop(): void {
    this.isStopped = true
    this.deadline.stop()
    this.#outer.removeEventListener('abort', this.#onAbort)
  }

  errorOf(cause: unknown): unknown {
    this.stop()
    if (this.signal.aborted) return this.signal.reason
    const error = cause as Error & { code?: string }
    const { stage } = this.deadline
    const isConnected = error.code === 'UND_ERR_SOCKET' || error.code?.startsWith('HPE_')
    const present = stage === 'waiting' && !isConnected ? 'connecting' : stage
    return exchangeError(error, this.#isStopping() ? 'stopping' : present, this.#label)
  }

  readonly #onAbort = (): void => this.#abort.abort(this.#outer.reason)
}

async function* read(stream: Stream, watch: Watch): AsyncGenerator<Buffer, undefined> {
  try {
    watch.deadline.await()
    for await (const bytes of stream.iterator({ destroyOnReturn: false })) {
      watch.deadline.received()
      yield bytes
      watch.deadline.await()
    }
    watch.stop()
  } catch (error) {
    throw watch.errorOf(error)
  } finally {
    if (watch.isStopped) drain(stream)
    else stream.destroy()
    watch.stop()
  }
}

/** Ignores the rest of a response, so that its connection is used again if it ends soon. */
function drain(stream: Stream): void {
  const linger = setTimeout(() => stream.destroy(), lingerMs)
  stream.once('close', () => clearTimeout(linger))
  stream.on('error', () => {})
  stream.resume()
}
