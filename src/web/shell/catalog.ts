import { computed, signal } from '@preact/signals'
import type { Client, EngineData, ModelData, ResidentToolData, ToolSourceData } from '../../client/types.ts'
import { errorOf } from './error-advice.ts'

const idleMs = 20_000
/** While somebody waits for a model. */
const eagerMs = 1_000

/** What the server has: models, tools, and what runs them. */
export class Catalog {
  readonly engine = signal<EngineData | undefined>(undefined)
  /** False where the server did not respond when it was last asked. */
  readonly isReachable = signal(true)
  readonly models = signal<readonly ModelData[]>([])
  /** False until the models have been read. */
  readonly knowsModels = signal(false)
  readonly tools = signal<readonly ResidentToolData[]>([])
  readonly sources = signal<readonly ToolSourceData[]>([])
  /** Models that can chat. */
  readonly chatModels = computed(() =>
    this.models.value.filter(({ capabilities }) => capabilities?.includes('completion') ?? true),
  )
  readonly #client: Client
  #eager = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(client: Client) {
    this.#client = client
  }

  /** Reads all of it. What cannot be read stays as it was: whoever needs it says so. */
  async refresh(): Promise<void> {
    const models = this.#client.models().then((found) => {
      this.models.value = found
      this.knowsModels.value = true
    })
    const tools = this.#client.tools().then((found) => {
      this.tools.value = found.tools
      this.sources.value = found.sources
    })
    await Promise.allSettled([models, tools, this.refreshEngine()])
  }

  /** Asks for the engine's state from time to time; every second while `eager`. */
  watchEngine(eager: boolean): void {
    if (this.#timer !== undefined && eager === this.#eager) return
    this.#eager = eager
    this.#schedule()
  }

  async refreshEngine(): Promise<void> {
    try {
      await this.#readEngine()
      this.isReachable.value = true
    } catch (error) {
      this.isReachable.value = errorOf(error).code !== 'network'
    }
  }

  #schedule(): void {
    clearTimeout(this.#timer)
    const look = async () => {
      if (!document.hidden) await this.refreshEngine()
      this.#schedule()
    }
    this.#timer = setTimeout(() => void look(), this.#eager ? eagerMs : idleMs)
  }

  async #readEngine(): Promise<void> {
    const before = this.engine.peek()
    const engine = await this.#client.engine()
    this.engine.value = engine
    // Another engine, or one that is back, has other models.
    if (
      before &&
      (before.name !== engine.name || (before.state === 'unreachable' && engine.state !== 'unreachable'))
    )
      await this.refresh()
  }
}
