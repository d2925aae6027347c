import { ChatterdError } from '../../protocol/errors.ts'
import type { JsonObject } from '../../protocol/json.ts'
import type { EngineData } from '../../protocol/native/catalog.ts'
import { readModelList, taggedName } from './model-card.ts'
import type { OllamaHost, OllamaRequest } from './ollama-request.ts'

/** What the state of a server is read with. */
export interface ServerStateOptions {
  fetchJson: (request: OllamaRequest, signal: AbortSignal) => Promise<JsonObject>
  /** How long what the server has said is used again, in milliseconds. Default 1,000. */
  reuseMs?: number
  /** How long the server may take to respond, in milliseconds. Default 2,000. */
  timeoutMs?: number
  /** How long a prompt may bring nothing until the server is asked whether it loads the model, in milliseconds. Default 200. */
  silenceMs?: number
}

/** A prompt that has brought no byte yet. */
interface SilentPrompt {
  model: string
  begunAt: Date
  /** The server did not have its model while it waited. Newer servers list a model while they still load it. */
  isLoading: boolean
}

/** What the server has said. */
interface Look {
  begunAt: Date
  /** The models that are loaded, in small letters; absent where it did not say. */
  loaded?: Set<string>
}

/** What an Ollama server does, as far as this process sees. */
export class ServerState {
  readonly #options: Required<ServerStateOptions>
  readonly #prompts = new Set<SilentPrompt>()
  #last: { at: number; look: Promise<Look> } | undefined
  #entered: { since: Date; detail?: string } | undefined
  #version: string | undefined

  constructor(options: ServerStateOptions) {
    this.#options = { reuseMs: 1_000, timeoutMs: 2_000, silenceMs: 200, ...options }
  }

  /** The host, for one prompt: until the response begins, the model may be being loaded. */
  watch(host: OllamaHost, model: string): OllamaHost {
    return {
      request: async (request, timeouts, signal) => {
        const prompt: SilentPrompt = { model, begunAt: new Date(), isLoading: false }
        this.#prompts.add(prompt)
        const timer = setTimeout(() => void this.#look(0), this.#options.silenceMs)
        timer.unref()
        try {
          const response = await host.request(request, timeouts, signal)
          this.#seen(undefined, prompt)
          return response
        } catch (error) {
          if (isAway(error)) this.#seen(error.message, prompt)
          else if (prompt.isLoading) this.#seen(undefined, prompt)
          throw error
        } finally {
          clearTimeout(timer)
          this.#prompts.delete(prompt)
        }
      },
      close: () => host.close(),
    }
  }

  /** Never rejects. */
  async read(): Promise<EngineData> {
    await this.#look(this.#options.reuseMs)
    const loading = [...this.#prompts].find(({ isLoading }) => isLoading)
    const { since, detail } = this.#entered ?? { since: new Date() }
    const version = this.#version
    const about = { name: 'ollama', ...(version !== undefined && { version }) }
    if (detail !== undefined) return { ...about, state: 'unreachable', since: since.toISOString(), detail }
    if (!loading) return { ...about, state: 'ready', since: since.toISOString() }
    return { ...about, state: 'loading', since: loading.begunAt.toISOString(), model: loading.model }
  }

  /** Asks the server, unless it was asked within this time. */
  async #look(reuseMs: number): Promise<void> {
    const now = performance.now()
    if (!this.#last || now - this.#last.at >= reuseMs) this.#last = { at: now, look: this.#ask() }
    const { begunAt, loaded } = await this.#last.look
    for (const prompt of this.#prompts)
      if (loaded && prompt.begunAt <= begunAt) prompt.isLoading ||= !loaded.has(keyOf(prompt.model))
  }

  async #ask(): Promise<Look> {
    const begunAt = new Date()
    const late = AbortSignal.timeout(this.#options.timeoutMs)
    const get = (path: string) => this.#options.fetchJson({ method: 'GET', path }, late)
    try {
      const [running, version] = await Promise.all([get('/api/ps'), this.#version ?? versionOf(get)])
      this.#enter(undefined)
      this.#version = version
      return { begunAt, loaded: new Set(readModelList(running).map(({ name }) => keyOf(name))) }
    } catch (error) {
      if (late.aborted) this.#enter(`Ollama does not respond within ${this.#options.timeoutMs / 1000} s.`)
      // Another server that speaks Ollama's API may have no such path.
      else this.#enter(isAway(error) ? error.message : undefined)
      return { begunAt }
    }
  }

  /** What came of a prompt: what the server has said before may not hold any more. */
  #seen(detail: string | undefined, { isLoading }: SilentPrompt): void {
    if (this.#enter(detail, isLoading)) this.#last = undefined
  }

  /** `detail`: why the server cannot be reached. True where that is news. */
  #enter(detail: string | undefined, isNew = false): boolean {
    const isSame = this.#entered && (this.#entered.detail === undefined) === (detail === undefined)
    if (isSame && !isNew) return false
    this.#entered = { since: new Date(), ...(detail !== undefined && { detail }) }
    // What comes back may be another server.
    if (detail !== undefined) this.#version = undefined
    return true
  }
}

function keyOf(model: string): string {
  return taggedName(model).toLowerCase()
}

async function versionOf(get: (path: string) => Promise<JsonObject>): Promise<string | undefined> {
  const { version } = await get('/api/version').catch((): JsonObject => ({}))
  return typeof version === 'string' ? version : undefined
}

function isAway(error: unknown): error is ChatterdError {
  return (
    error instanceof ChatterdError && (error.code === 'engine-unreachable' || error.code === 'engine-cut')
  )
}
