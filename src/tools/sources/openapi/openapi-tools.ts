import type { OpenApiSource } from '../../../protocol/tool-settings/open-api-source.ts'
import type { ToolSettings } from '../../../protocol/tool-settings/tool-settings.ts'
import type { GuardPorts } from '../../guard/find-addresses.ts'
import { FileWatch } from '../../watch/file-watch.ts'
import { SupervisedSource } from '../supervised-source.ts'
import { type OpenedTable, TableSources } from '../table-sources.ts'
import type { SourceGroup, SourceGroupOptions, ToolSource } from '../tool-source.ts'
import { loadDocument } from './load-document.ts'
import { openApi } from './open-api.ts'
import { parseDocument } from './parse-document.ts'

export interface OpenApiToolsOptions extends Omit<SourceGroupOptions, 'maxReloads'> {
  ports?: GuardPorts
  /** The pause after the first failure, in milliseconds. */
  retryMs?: number
}

interface OpenedDocument extends OpenedTable {
  /** The path of its file, or its URL. */
  document: string
  problems: string[]
}

/** The tools of OpenAPI documents, each of which is a source. Documents are read at each `reload`, and files also when they have changed. */
export class OpenApiTools implements SourceGroup {
  readonly #options: OpenApiToolsOptions
  readonly #documents = new TableSources((api: OpenApiSource) => this.#open(api))
  readonly #files = new FileWatch((changed) => {
    for (const { document, source } of this.#documents.opened()) if (changed.has(document)) source.start()
  })

  constructor(options: OpenApiToolsOptions) {
    this.#options = options
  }

  async use({ openapi }: Pick<ToolSettings, 'openapi'>): Promise<void> {
    this.#documents.use(openapi)
    await this.#files.watch(openapi.flatMap(({ document, isUrl }) => (isUrl ? [] : document)))
  }

  sources(): ToolSource[] {
    return this.#documents.sources()
  }

  async reload(): Promise<void> {
    this.#files.refresh()
    const sources = this.#documents.opened().map(({ source }) => source)
    for (const source of sources) source.start()
    await Promise.all(sources.map((source) => source.attempted()))
  }

  close(): void {
    this.#files.close()
    this.#documents.close()
  }

  #open(api: OpenApiSource): OpenedDocument {
    const { onChange, retryMs, maxDocumentBytes: maxBytes, ...sender } = this.#options
    const source = new SupervisedSource({
      name: `openapi:${api.name}`,
      onChange,
      ...(retryMs !== undefined && { retryMs }),
      async open(signal) {
        const limits = { maxBytes, signal }
        const text = await loadDocument(api, limits, sender.ports)
        const { tools, problems } = await openApi(api, await parseDocument(text, limits), {
          ...sender,
          signal,
        })
        document.problems = problems.map((problem) => `openapi:${api.name}: ${problem}`)
        return tools
      },
    })
    const document: OpenedDocument = { document: api.document, source, problems: [] }
    return document
  }
}
