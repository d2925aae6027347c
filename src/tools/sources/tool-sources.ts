import type { ToolSettings } from '../../protocol/tool-settings/tool-settings.ts'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { builtin, type ResidentToolbox } from '../toolbox.ts'
import { oneAtATime } from '../watch/one-at-a-time.ts'
import { sourceKinds } from './source-kinds.ts'
import type { SourceGroup, SourceGroupOptions, SourceState, ToolSource } from './tool-source.ts'

export interface ToolSourcesOptions extends Omit<SourceGroupOptions, 'onChange'> {
  toolbox: ResidentToolbox
  /** The built-in tools that are offered where the settings name them. */
  optional: readonly Tool[]
  /** How long to wait for sources at the start and at a reload, in milliseconds. */
  waitMs: number
  /** Takes a sentence for the log. */
  onNotice(text: string): void
  onWarning(text: string): void
}

/** A source as people see it. */
export interface SourceReport {
  name: string
  state: SourceState
  reason?: string
  /** How many tools of it are offered. */
  tools: number
}

/** All sources of tools but the built-in ones; keeps the toolbox up to date with them. */
export class ToolSources {
  readonly #options: ToolSourcesOptions
  /** What the sources have taken over. */
  #settings: ToolSettings
  /** What they have to take over next. */
  #newest: ToolSettings
  /** Two at the same time would open a kind of sources twice. */
  readonly #takeNewest = oneAtATime(() => this.#use())
  /** The newest look for changes. */
  #looked: Promise<unknown> = Promise.resolve()
  /** Those that are or were used, at the place of their kind. */
  #groups: readonly (SourceGroup | undefined)[] = []
  #isStarted = false
  #isClosed = false
  /** What was logged last: why sources are down, and which tools are left out. */
  #logged: ReadonlyMap<string, string | undefined> = new Map()
  #problems = new Set<string>()
  #notes = new Set<string>()
  #unused: Readonly<Record<'off' | 'ask' | 'limits', readonly string[]>> = { off: [], ask: [], limits: [] }

  constructor(settings: ToolSettings, options: ToolSourcesOptions) {
    this.#settings = settings
    this.#newest = settings
    this.#options = options
  }

  /** Opens all sources, and waits for them for as long as the options say: the tools of a slow one are offered once they are there. */
  async start(): Promise<void> {
    await this.#takeOver()
    this.#isStarted = true
  }

  /**
   * Takes over other settings, looks for changes, and tries at once what is down; waits as a start does. Of settings that come while others are
   * taken over, the last one counts.
   */
  async reload(settings: ToolSettings): Promise<void> {
    this.#newest = settings
    await this.#takeOver()
  }

  /** Built-in tools first. */
  report(): SourceReport[] {
    const counts = new Map<string, number>()
    for (const { source } of this.#options.toolbox.describe())
      counts.set(source, (counts.get(source) ?? 0) + 1)
    const own = { name: builtin, state: 'ready' as const, reason: undefined }
    return [own, ...this.#sources()].map(({ name, state, reason }) => ({
      ...{ name, state, tools: counts.get(name) ?? 0 },
      ...(reason !== undefined && { reason }),
    }))
  }

  /** A sentence for each tool that is left out though it is not off. */
  get problems(): string[] {
    return [...this.#problems]
  }

  /** A sentence for each thing that the settings file says of sources, and that has no effect. */
  get notes(): string[] {
    return [...this.#notes]
  }

  /** The patterns of `off`, `ask` and `limits` that are the name of no tool. */
  get unused(): Readonly<Record<'off' | 'ask' | 'limits', readonly string[]>> {
    return this.#unused
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#takeNewest()
    await Promise.all(this.#groups.map((group) => group?.close()))
    this.#groups = []
  }

  /** In order of precedence. */
  #sources(): ToolSource[] {
    return this.#groups.flatMap((group) => group?.sources() ?? [])
  }

  async #takeOver(): Promise<void> {
    await this.#takeNewest()
    const { promise: waited, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#options.waitMs)
    await Promise.race([this.#looked, waited])
    clearTimeout(timer)
    this.#update()
  }

  async #use(): Promise<void> {
    if (this.#isClosed) return
    const settings = this.#newest
    this.#settings = settings
    const options = { ...this.#options, onChange: () => this.#update() }
    const open = sourceKinds.map(async (kind, index) => {
      const group = this.#groups[index] ?? (kind.isUsed(settings) ? await kind.open(options) : undefined)
      await group?.use(settings)
      return group
    })
    this.#groups = await Promise.all(open)
    // Nobody waits for it here: a source that takes long must not delay the next ones.
    this.#looked = Promise.all(this.#groups.map((group) => group?.reload()))
  }

  #update(): void {
    const { toolbox, optional, onNotice, onWarning } = this.#options
    const sources = this.#sources()
    const { on, off, ask, limits } = this.#settings
    const switchedOn = optional.filter(({ schema }) => on.includes(schema.function.name))
    const all = [{ name: builtin, tools: switchedOn }, ...sources]
    const { added, removed, changed, unusedOff, unusedAsk, unusedLimits, ...merged } = toolbox.setSources(
      all,
      { off, ask, limits },
    )
    const problems = [...sources.flatMap((source) => source.problems ?? []), ...merged.problems]
    const logged = this.#logged
    this.#logged = new Map(sources.map(({ name, reason }) => [name, reason]))
    for (const { name, state, reason } of sources) this.#logState(name, state, reason, logged.get(name))
    for (const problem of problems) if (!this.#problems.has(problem)) onWarning(problem)
    this.#problems = new Set(problems)
    const notes = sources.flatMap((source) => source.notes ?? [])
    for (const note of notes) if (!this.#notes.has(note)) onWarning(note)
    this.#notes = new Set(notes)
    this.#unused = { off: unusedOff, ask: unusedAsk, limits: unusedLimits }
    const parts = [
      ...(added.length > 0 ? [`added: ${added.join(', ')}`] : []),
      ...(removed.length > 0 ? [`removed: ${removed.join(', ')}`] : []),
      ...(changed.length > 0 ? [`changed: ${changed.join(', ')}`] : []),
    ]
    if (this.#isStarted && parts.length > 0)
      onNotice(
        `the tools have changed (${parts.join('; ')}): the next prompts are slower, because they begin with the tools, and the engine reads them anew`,
      )
  }

  #logState(name: string, state: SourceState, reason: string | undefined, before: string | undefined): void {
    if (before === reason) return
    if (state === 'down') this.#options.onWarning(`the tools of ${name} are not available: ${reason}`)
    else this.#options.onNotice(`the tools of ${name} are available again`)
  }
}
