import { networkError, protocolError } from './chatterd-error.ts'
import type { Progress } from './keep-trying.ts'
import { createSseReader, type SseItem } from './sse-reader.ts'

/**
 * Reads a response of server-sent events until `take` says that it has had the last one. Throws a `ChatterdError` where the stream ends before that, and
 * what is none. `take` gets what one read has brought, comments left out.
 */
export async function readStream(
  response: Response,
  progress: Progress,
  take: (events: Exclude<SseItem, { comment: string }>[]) => boolean,
): Promise<void> {
  const type = response.headers.get('content-type')
  const { body, url } = response
  if (!body || !type?.startsWith('text/event-stream')) throw protocolError(type)
  progress.opened()
  const reader = body.getReader()
  const sse = createSseReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw networkError(cause, url)
      })
      if (done) throw networkError(new Error('The stream has ended'), url)
      progress.received()
      const events = itemsOf(value).filter((item) => 'event' in item)
      if (events.length > 0 && take(events)) return
    }
  } finally {
    reader.cancel().catch(() => {})
  }

  function itemsOf(bytes: Uint8Array): SseItem[] {
    try {
      return sse.feed(bytes)
    } catch (cause) {
      throw protocolError(cause)
    }
  }
}
