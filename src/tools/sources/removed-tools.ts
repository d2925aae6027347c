import type { SourcedTool } from './merge-tools.ts'

/** The most names that are remembered. */
const maxNames = 10_000

/** The names of tools that were offered until a while ago: a turn that was offered them may still call them. */
export class RemovedTools {
  readonly #keepMs: number
  readonly #removed = new Map<string, { source: string; until: number }>()

  /** `keepMs`: how long a name is remembered. */
  constructor(keepMs: number) {
    this.#keepMs = keepMs
  }

  /** To be called with the tools before a change and after it. */
  update(before: ReadonlyMap<string, SourcedTool>, after: ReadonlyMap<string, unknown>): void {
    const now = performance.now()
    for (const [name, { until }] of this.#removed)
      if (until < now || after.has(name)) this.#removed.delete(name)
    for (const [name, { source }] of before) {
      if (!after.has(name) && this.#removed.size < maxNames)
        this.#removed.set(name, { source, until: now + this.#keepMs })
    }
  }

  /** The source of a tool that was removed; undefined where there was none, or too long ago. */
  sourceOf(name: string): string | undefined {
    const found = this.#removed.get(name)
    return found && found.until >= performance.now() ? found.source : undefined
  }
}
