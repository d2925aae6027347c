import type { JsonObject } from '../json.ts'
import type { TextPart } from './text-part.ts'

/** The methods of requests that tools send. */
export const httpMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

export type HttpMethod = (typeof httpMethods)[number]

/** A URL with arguments in it, whose texts are percent-encoded where they are put. */
export interface UrlTemplate {
  /** `host` or `host:port`, as the operator has written it. */
  readonly host: string
  /** From the scheme to the end of the path. */
  readonly path: readonly TextPart[]
  /** The members of the query. */
  readonly query: readonly (readonly TextPart[])[]
}

/** A table `[tools.http.NAME]`: a tool that sends requests to one endpoint. */
export interface HttpTool {
  readonly name: string
  readonly description?: string
  readonly method: HttpMethod
  readonly url: UrlTemplate
  readonly headers: Readonly<Record<string, string>>
  /** A JSON Pointer to the part of the response that is the result. Absent: all of it. */
  readonly result?: string
  /** A JSON Schema. Absent: no arguments. */
  readonly parameters?: JsonObject
  readonly timeoutMs?: number
  /** Absent: `GET` is. */
  readonly idempotent?: boolean
  /** Values of the environment in the URL after its host, and in headers. Nobody must read them. */
  readonly secrets: readonly string[]
}
