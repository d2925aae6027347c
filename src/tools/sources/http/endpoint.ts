import type { JsonObject } from '../../../protocol/json.ts'

/** A part of a URL: a text, or the argument whose text is put there, percent-encoded. */
export type UrlPart = string | { readonly argument: string }

/** A URL with arguments in it. */
export interface UrlTemplate {
  /** `host` or `host:port`, as the operator has written it. */
  readonly host: string
  /** From the scheme to the end of the path. */
  readonly path: readonly UrlPart[]
  /** The members of the query. */
  readonly query: readonly (readonly UrlPart[])[]
}

/** A tool that sends requests to one endpoint, as the operator describes it. */
export interface Endpoint {
  readonly name: string
  readonly description?: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly url: UrlTemplate
  readonly headers: Readonly<Record<string, string>>
  /** A JSON Pointer to the part of the response that is the result. */
  readonly result?: string
  /** A JSON Schema. Absent: no arguments. */
  readonly parameters?: JsonObject
  readonly timeoutMs?: number
  /** Absent: `GET` is. */
  readonly idempotent?: boolean
  /** Texts that nobody must read. */
  readonly secrets: readonly string[]
}
