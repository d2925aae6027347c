import { performance } from 'node:perf_hooks'
import type { JsonObject } from '../../protocol/json.ts'
import type { Engine } from '../../turn/ports/engine.ts'
import { askJson } from './ask-json.ts'
import { createCatalogue } from './catalogue.ts'
import type { OllamaRequest } from './exchange.ts'
import { connectOllama } from './ollama-host.ts'
import { passGenerate } from './pass-generate.ts'
import { type AnswerLimits, streamChat } from './stream-chat.ts'
import { untilAborted } from './until-aborted.ts'

/** Times are milliseconds. */
export interface OllamaOptions {
  /** What stands before `/api`, with no slash at its end: `http://127.0.0.1:11434`. */
  baseUrl: string
  /** Until a connection stands. */
  connectTimeoutMs: number
  /** From then until the first byte of an answer; a large model may load for minutes. */
  firstTokenTimeoutMs: number
  /** Between two reads of an answer; a long tool call is written in silence. */
  silenceTimeoutMs: number
  /** A whole answer. */
  answerTimeoutMs: number
  /** Questions about models. Default 10,000. */
  lookupTimeoutMs?: number
  /** Longest line of an answer. */
  maxLineBytes: number
  /** How much of an answer may lie unread before the socket is paused. Default 256 KiB. */
  maxUnreadBytes?: number
  /** How long models and their contexts are remembered. Default 10,000. */
  cacheMs?: number
  /** How long it is remembered that a model is not loaded. Default 3,000. */
  notLoadedCacheMs?: number
}

/** The engine port on Ollama's wire. */
export interface OllamaEngine extends Engine {
  /** Ollama's version; throws where it does not answer. Never remembered, so it tells whether there is an Ollama. */
  version(signal?: AbortSignal): Promise<string>
}

export function createOllamaEngine(options: OllamaOptions): OllamaEngine {
  const lookupMs = options.lookupTimeoutMs ?? 10_000
  const connectMs = options.connectTimeoutMs
  const lookupTimeouts = { connectMs, firstTokenMs: lookupMs, silenceMs: lookupMs, wholeMs: lookupMs }
  const limits: AnswerLimits = {
    timeouts: {
      connectMs,
      firstTokenMs: options.firstTokenTimeoutMs,
      silenceMs: options.silenceTimeoutMs,
      wholeMs: options.answerTimeoutMs,
    },
    maxLineBytes: options.maxLineBytes,
    maxUnreadBytes: options.maxUnreadBytes ?? 256 * 1024,
  }
  const host = connectOllama(options.baseUrl)

  // Shared questions outlive each of those who ask; their own time-out bounds them.
  const never = new AbortController().signal
  const ask = (request: OllamaRequest): Promise<JsonObject> => askJson(host, request, lookupTimeouts, never)
  const catalogue = createCatalogue({
    ask,
    cacheMs: options.cacheMs ?? 10_000,
    notLoadedCacheMs: options.notLoadedCacheMs ?? 3_000,
    now: () => performance.now(),
  })

  return {
    name: 'ollama',
    chat: (request, signal) => streamChat(host, request, limits, signal),
    generate: (body, signal) => passGenerate(host, body, limits, signal),
    models: (signal) => untilAborted(catalogue.models(), signal),
    model: (name, signal) => untilAborted(catalogue.model(name), signal),
    loadedContext: (name, signal) => untilAborted(catalogue.loadedContext(name), signal),
    async version(signal = never) {
      const answer = await askJson(host, { method: 'GET', path: '/api/version' }, lookupTimeouts, signal)
      return String(answer.version ?? 'unknown')
    },
    async close() {
      host.pool.close()
    },
  }
}
