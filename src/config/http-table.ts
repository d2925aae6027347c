import type { JsonObject } from '../protocol/json.ts'
import type { TextPart } from './text-template.ts'

export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** A URL with arguments in it. */
export interface UrlTemplate {
  /** `host` or `host:port`, as the file has it. */
  readonly host: string
  /** From the scheme to the end of the path. */
  readonly path: readonly TextPart[]
  /** The members of the query. */
  readonly query: readonly (readonly TextPart[])[]
}

/** A table `[tools.http.NAME]`: a tool that sends requests to one endpoint. */
export interface HttpTable {
  readonly name: string
  readonly description?: string
  readonly method: (typeof httpMethods)[number]
  readonly url: UrlTemplate
  readonly headers: Readonly<Record<string, string>>
  /** A JSON Pointer to the part of the response that is the result. */
  readonly result?: string
  readonly parameters?: JsonObject
  readonly timeoutMs?: number
  readonly idempotent?: boolean
  /** Values of the environment in the URL after its host, and in headers. */
  readonly secrets: readonly string[]
}
