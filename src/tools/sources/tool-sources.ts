import { existsSync } from 'node:fs'
import type { Tool } from '../../turn/ports/toolbox.ts'
import { builtin, type ResidentToolbox } from '../toolbox.ts'
import type { Command } from './commands/command.ts'
import type { CommandTools } from './commands/command-tools.ts'
import type { SourceGroup, SourceState, ToolSource } from './tool-source.ts'

/** What `[tools]` of the settings file says. */
export interface ToolChoice {
  folder: string
  /** True where the settings name the folder; else it is used where it exists. */
  isFolderGiven: boolean
  /** The names of the optional built-in tools that are offered. */
  on: readonly string[]
  /** Patterns of the names of tools that are not offered. */
  off: readonly string[]
  /** The tools that run programs. */
  commands: readonly Command[]
}

export interface ToolSourcesOptions {
  toolbox: ResidentToolbox
  /** The built-in tools that are offered where the choice names them. */
  optional: readonly Tool[]
  /** How long to wait for sources at the start, in milliseconds. */
  waitMs: number
  /** How many changes of tool files are loaded. */
  maxReloads: number
  /** Longest output of a tool, in bytes. */
  maxOutputBytes: number
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
  #choice: ToolChoice
  #folder: SourceGroup | undefined
  #commands: CommandTools | undefined
  #isStarted = false
  /** What was logged last: why sources are down, and which tools are left out. */
  #logged: ReadonlyMap<string, string | undefined> = new Map()
  #problems = new Set<string>()
  #unusedOff: readonly string[] = []

  constructor(choice: ToolChoice, options: ToolSourcesOptions) {
    this.#choice = choice
    this.#options = options
  }

  /** Opens all sources, and waits for them for as long as the options say: the tools of a slow one are offered once they are there. */
  async start(): Promise<void> {
    await this.#openFolder()
    await this.#useCommands()
    const { promise: waited, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, this.#options.waitMs)
    await Promise.race([Promise.all(this.#groups.map((group) => group.reload())), waited])
    clearTimeout(timer)
    this.#update()
    this.#isStarted = true
  }

  /** Takes over another choice, looks for changes, and tries at once what is down. */
  async reload(choice: ToolChoice): Promise<void> {
    const { folder, isFolderGiven } = this.#choice
    this.#choice = choice
    const isOther = folder !== choice.folder || isFolderGiven !== choice.isFolderGiven
    if (isOther || !this.#folder) {
      const before = this.#folder
      await this.#openFolder()
      await before?.close()
    }
    await this.#useCommands()
    await Promise.all(this.#groups.map((group) => group.reload()))
    this.#update()
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

  /** The patterns of `off` that are the name of no tool. */
  get unusedOff(): readonly string[] {
    return this.#unusedOff
  }

  async close(): Promise<void> {
    await Promise.all(this.#groups.map((group) => group.close()))
    this.#folder = undefined
    this.#commands = undefined
  }

  /** In order of precedence. */
  get #groups(): SourceGroup[] {
    return [this.#folder, this.#commands].filter((group) => group !== undefined)
  }

  #sources(): ToolSource[] {
    return this.#groups.flatMap((group) => group.sources())
  }

  // Sources are imported only where they are used.

  async #openFolder(): Promise<void> {
    const { folder, isFolderGiven } = this.#choice
    this.#folder = undefined
    if (!isFolderGiven && !existsSync(folder)) return
    const { createToolFolder } = await import('./files/tool-folder.ts')
    const { maxReloads } = this.#options
    this.#folder = createToolFolder({ folder, maxReloads, onChange: () => this.#update() })
  }

  async #useCommands(): Promise<void> {
    const { commands } = this.#choice
    if (commands.length > 0 && !this.#commands) {
      const { CommandTools } = await import('./commands/command-tools.ts')
      this.#commands = new CommandTools(this.#options.maxOutputBytes)
    }
    this.#commands?.use(commands)
  }

  #update(): void {
    const { toolbox, optional, onNotice, onWarning } = this.#options
    const sources = this.#sources()
    const { on, off } = this.#choice
    const switchedOn = optional.filter(({ schema }) => on.includes(schema.function.name))
    const all = [{ name: builtin, tools: switchedOn }, ...sources]
    const { added, removed, changed, problems, unusedOff } = toolbox.setSources(all, off)
    const logged = this.#logged
    this.#logged = new Map(sources.map(({ name, reason }) => [name, reason]))
    for (const { name, state, reason } of sources) this.#logState(name, state, reason, logged.get(name))
    for (const problem of problems) if (!this.#problems.has(problem)) onWarning(problem)
    this.#problems = new Set(problems)
    this.#unusedOff = unusedOff
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
