import type { JsonObject } from '../../protocol/json.ts'
import type { RawResponse } from '../../turn/ports/engine.ts'
import type { Timeouts } from '../http1/deadline.ts'
import type { OllamaHost } from './ollama-request.ts'
import { timeoutsFor } from './stream-chat.ts'

/** Passes a request to `/api/generate` through unchanged, and returns its response unread, also an error. */
export function passGenerate(
  host: OllamaHost,
  body: JsonObject,
  timeouts: Timeouts,
  signal: AbortSignal,
): Promise<RawResponse> {
  const request = { method: 'POST', path: '/api/generate', body: JSON.stringify(body) } as const
  return host.request(request, timeoutsFor(body.stream !== false, timeouts), signal)
}
