import { validateHeaderName, validateHeaderValue } from 'node:http'
import { ChatterdError } from '../../protocol/errors.ts'
import { reservedHeaders } from '../../protocol/reserved-headers.ts'
import type { Hop, Method } from './redirected.ts'

/** What a tool asks for. */
export interface ToolRequest {
  url: string
  /** Default `GET`. */
  method?: Method
  /** Without those that the connection needs, such as `host` and `content-length`. */
  headers?: Readonly<Record<string, string>>
  /** It is sent again where a redirect keeps the method. */
  body?: string | Uint8Array
}

/** @throws ChatterdError `invalid-request` for a header that cannot be sent */
export function firstHop({ url, method = 'GET', headers = {}, body }: ToolRequest): Hop {
  const byName: Record<string, string> = { 'accept-encoding': 'identity' }
  for (const [name, value] of Object.entries(headers)) {
    checkHeader(name, value)
    byName[name.toLowerCase()] = value
  }
  return { url, method, headers: byName, body }
}

function checkHeader(name: string, value: string): void {
  if (reservedHeaders.has(name.toLowerCase())) {
    throw new ChatterdError('invalid-request', `The header ${name} cannot be set.`)
  }
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  } catch {
    // Not the cause: a value may be a secret.
    throw new ChatterdError('invalid-request', 'A header has a character that headers cannot have.')
  }
}
