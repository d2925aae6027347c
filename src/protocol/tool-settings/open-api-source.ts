/** A table `[tools.openapi.NAME]`: an OpenAPI document whose operations are tools. */
export interface OpenApiSource {
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
  /** Values of the environment in URLs after their hosts, and in headers. Nobody must read them. */
  readonly secrets: readonly string[]
}
