import type { OpenApiSource } from '../../../protocol/tool-settings/open-api-source.ts'
import type { ToolSettings } from '../../../protocol/tool-settings/tool-settings.ts'
import type { GuardPorts } from '../../guard/find-addresses.ts'
import { FileWatch } from '../../watch/file-watch.ts'
import { SupervisedSource } from '../supervised-source.ts'
import type { SourceGroup, SourceGroupOptions, ToolSource } from '../tool-source.ts'
import { loadDocument } from './load-document.ts'
import { openApi } from './open-api.ts'
import { parseDocument } from './parse-document.ts'

export interface OpenApiToolsOptions extends Omit<SourceGroupOptions, 'maxReloads'> {
  ports?: GuardPorts
  /** The pause after the first failure, in milliseconds. */
  retryMs?: number
}

/** The source of one document, and why some of its operations are left out. */
interface OpenedDocument {
  /** What the settings file says of it, as JSON. */
  written: string
  /** The path of its file, or its URL. */
  document: string
  source: SupervisedSource
  problems: string[]
}

/** The tools of OpenAPI documents, each of which is a source. Documents are read at each `reload`, and files also when they have changed. */
export class OpenApiTools implements SourceGroup {
  readonly #options: OpenApiToolsOptions
  /** By name, in the order of the settings file. */
  #documents: ReadonlyMap<string, OpenedDocument> = new Map()
  readonly #files = new FileWatch((changed) => {
    for (const { document, source } of this.#documents.values()) if (changed.has(document)) source.start()
  })

  constructor(options: OpenApiToolsOptions) {
    this.#options = options
  }

  async use({ openapi }: Pick<ToolSettings, 'openapi'>): Promise<void> {
    const before = this.#documents
    this.#documents = new Map(
      openapi.map((api) => {
        const known = before.get(api.name)
        return [api.name, known?.written === JSON.stringify(api) ? known : this.#open(api)]
      }),
    )
    const kept = new Set(this.#documents.values())
    for (const document of before.values()) if (!kept.has(document)) document.source.close()
    await this.#files.watch(openapi.flatMap(({ document, isUrl }) => (isUrl ? [] : document)))
  }

  sources(): ToolSource[] {
    return [...this.#documents.values()].map(({ source, problems }) => {
      const { name, state, reason, tools } = source
      return { name, state, reason, tools, problems: state === 'ready' ? problems : [] }
    })
  }

  async reload(): Promise<void> {
    const sources = [...this.#documents.values()].map(({ source }) => source)
    this.#files.refresh()
    for (const source of sources) source.start()
    await Promise.all(sources.map((source) => source.attempted()))
  }

  close(): void {
    this.#files.close()
    for (const { source } of this.#documents.values()) source.close()
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
    const written = JSON.stringify(api)
    const document: OpenedDocument = { written, document: api.document, source, problems: [] }
    return document
  }
}
