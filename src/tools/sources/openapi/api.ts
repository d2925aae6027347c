/** An API whose OpenAPI document has tools, as the operator describes it. */
export interface Api {
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
  /** Texts that nobody must read. */
  readonly secrets: readonly string[]
}
