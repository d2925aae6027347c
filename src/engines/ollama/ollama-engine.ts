import { performance } from 'node:perf_hooks'
import type { JsonObject } from '../../protocol/json.ts'
import type { Engine } from '../../turn/ports/engine.ts'
import { createCatalogue } from './catalogue.ts'
import { fetchJson } from './fetch-json.ts'
import { createOllamaHost } from './ollama-host.ts'
import type { OllamaRequest } from './ollama-request.ts'
import { passGenerate } from './pass-generate.ts'
import type { HttpsProxy } from './proxied-host.ts'
import { ServerState } from './server-state.ts'
import { type ReplyLimits, streamChat } from './stream-chat.ts'
import { untilAborted } from './until-aborted.ts'

/** Times are milliseconds. */
export interface OllamaOptions {
  /** The part before `/api`, without a slash at its end: `http://127.0.0.1:11434`. */
  baseUrl: string
  /** How an engine with an https address is reached; absent: directly. */
  proxy?: HttpsProxy
  /** Until a connection is established. */
  connectTimeoutMs: number
  /** From then until the first byte of a response; a large model may load for minutes. */
  firstTokenTimeoutMs: number
  /** Between two reads of a response; while the model writes a long tool call, Ollama sends nothing. */
  silenceTimeoutMs: number
  /** A complete step, from the request to the end of the reply. */
  stepTimeoutMs: number
  /** A request about models. Default 10,000. */
  lookupTimeoutMs?: number
  /** Longest line of a reply, in bytes. */
  maxLineBytes: number
  /** How long models and their contexts are cached. Default 10,000. */
  cacheMs?: number
  /** How long the fact that a model is not loaded is cached. Default 3,000. */
  notLoadedCacheMs?: number
}

/** The engine port, implemented with Ollama's HTTP API. */
export function createOllamaEngine(options: OllamaOptions): Engine {
  const lookupMs = options.lookupTimeoutMs ?? 10_000
  const connectMs = options.connectTimeoutMs
  const lookupTimeouts = { connectMs, firstTokenMs: lookupMs, silenceMs: lookupMs, totalMs: lookupMs }
  const limits: ReplyLimits = {
    timeouts: {
      connectMs,
      firstTokenMs: options.firstTokenTimeoutMs,
      silenceMs: options.silenceTimeoutMs,
      totalMs: options.stepTimeoutMs,
    },
    maxLineBytes: options.maxLineBytes,
  }
  const host = createOllamaHost(options.baseUrl, connectMs, options.proxy)

  // Several callers share a lookup, so it is aborted by none of them. The lookup time-out limits it.
  const never = new AbortController().signal
  const lookUp = (request: OllamaRequest, signal = never): Promise<JsonObject> =>
    fetchJson(host, request, lookupTimeouts, signal)
  const serverState = new ServerState({ fetchJson: lookUp })
  const catalogue = createCatalogue({
    fetchJson: (request) => lookUp(request),
    cacheMs: options.cacheMs ?? 10_000,
    notLoadedCacheMs: options.notLoadedCacheMs ?? 3_000,
    now: () => performance.now(),
  })

  return {
    name: 'ollama',
    chat: (request, signal) => streamChat(serverState.watch(host, request.model), request, limits, signal),
    generate: (body, signal) =>
      passGenerate(serverState.watch(host, String(body.model ?? '')), body, limits.timeouts, signal),
    async ping(signal) {
      await lookUp({ method: 'GET', path: '/api/tags' }, signal)
    },
    state: () => serverState.read(),
    models: (signal) => untilAborted(catalogue.models(), signal),
    model: (name, signal) => untilAborted(catalogue.model(name), signal),
    loadedContext: (name, signal) => untilAborted(catalogue.loadedContext(name), signal),
    close: () => host.close(),
  }
}
