import type { GuardPorts } from '../../guard/find-addresses.ts'
import type { ToolRequest } from '../../guard/first-hop.ts'
import { createGuardedRequest } from '../../guard/guarded-request.ts'
import { createRedact } from '../redact.ts'
import { responseText } from './response-text.ts'

/** Whom requests go to, and what the model reads of responses. */
export interface SenderOptions {
  /** Hosts that the operator has written. */
  allowedHosts: readonly string[]
  secrets: readonly string[]
  /** A JSON Pointer to the part of a response that is the result. */
  result?: string | undefined
  /** The most bytes that the model reads. */
  maxOutputBytes: number
  /** The most bytes of a response of which `result` is a part. */
  maxResponseBytes: number
  ports?: GuardPorts | undefined
}

/** Sends a request of a tool, and returns what the model reads of the response. Rejects with what the model reads of a failure. */
export type Send = (request: ToolRequest, signal: AbortSignal) => Promise<string>

const defaultHeaders = {
  accept: 'application/json, text/*;q=0.9, */*;q=0.8',
  'user-agent': 'chatterd',
}

/** Makes what sends requests through the guard. No secret is in what it returns or rejects with. */
export function createSend(options: SenderOptions): Send {
  const { result, maxOutputBytes, maxResponseBytes } = options
  const request = createGuardedRequest(options.allowedHosts, options.ports)
  const redact = createRedact(options.secrets)
  const maxBytes = result ? maxResponseBytes : maxOutputBytes
  return async (asked, signal) => {
    const headers = { ...defaultHeaders, ...asked.headers }
    const response = await request({ ...asked, headers, maxBytes, signal })
    return responseText(response, { result, maxOutputBytes, redact })
  }
}
