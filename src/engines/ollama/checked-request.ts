import type { Timeouts } from '../http1/deadline.ts'
import { statusError } from './engine-error.ts'
import type { OllamaHost, OllamaRequest, OllamaResponse } from './ollama-request.ts'

// Ollama's own errors are one line; a proxy in front of it may send a page of any size.
const maxErrorBytes = 64 * 1024

/** Sends a request. An unsuccessful response becomes the `ChatterdError` for its status and body. */
export async function checkedRequest(
  host: OllamaHost,
  request: OllamaRequest,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<OllamaResponse> {
  const response = await host.request(request, timeouts, signal)
  if (response.status < 300) return response
  let page = Buffer.alloc(0)
  try {
    for await (const bytes of response.body) {
      page = Buffer.concat([page, bytes.subarray(0, maxErrorBytes - page.length)])
      if (page.length === maxErrorBytes) break
    }
  } catch (error) {
    // The status says more than the failure to read the rest of the body.
    if (signal.aborted) throw error
  }
  throw statusError(response.status, page.toString())
}
