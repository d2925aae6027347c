/** A table `[tools.openapi.NAME]`: an OpenAPI document whose operations are tools. */
export interface OpenApiTable {
  readonly name: string
  /** An absolute path, or a URL. */
  readonly document: string
  readonly isUrl: boolean
  /** Replaces the server of the document. */
  readonly server?: string
  /** Patterns of operation ids, or `tag:` and a pattern of tags. Absent: all `GET`. */
  readonly operations?: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  /** What the names of its tools begin with. */
  readonly prefix: string
  readonly timeoutMs?: number
  /** Values of the environment in headers. */
  readonly secrets: readonly string[]
}
