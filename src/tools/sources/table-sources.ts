import type { SupervisedSource } from './supervised-source.ts'
import type { ToolSource } from './tool-source.ts'

/** What is opened for a table. */
export interface OpenedTable {
  readonly source: SupervisedSource
  /** A sentence for each tool that cannot be one, while the source is ready. */
  readonly problems: readonly string[]
  /** A sentence for each member of the table that has no effect. */
  readonly notes?: readonly string[]
}

/** The sources of tables, each of which has one. */
export class TableSources<Table extends { readonly name: string }, Opened extends OpenedTable> {
  readonly #open: (table: Table) => Opened
  /** By name, in the order of the settings file; `written`: the table as JSON. */
  #tables: ReadonlyMap<string, { written: string; opened: Opened }> = new Map()

  /** `open` starts nothing. */
  constructor(open: (table: Table) => Opened) {
    this.#open = open
  }

  /** Keeps those whose tables are the same as before, opens the others, and closes those that are not there any more. */
  use(tables: readonly Table[]): void {
    const before = this.#tables
    this.#tables = new Map(
      tables.map((table) => {
        const known = before.get(table.name)
        const written = JSON.stringify(table)
        return [table.name, known?.written === written ? known : { written, opened: this.#open(table) }]
      }),
    )
    const kept = new Set(this.#tables.values())
    for (const table of before.values()) if (!kept.has(table)) table.opened.source.close()
  }

  /** In the order of the settings file. */
  opened(): Opened[] {
    return [...this.#tables.values()].map(({ opened }) => opened)
  }

  sources(): ToolSource[] {
    return this.opened().map(({ source, problems, notes = [] }) => {
      const { name, state, reason, tools } = source
      return { name, state, reason, tools, problems: state === 'ready' ? problems : [], notes }
    })
  }

  close(): void {
    for (const { source } of this.opened()) source.close()
  }
}
