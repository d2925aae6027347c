import { ChatterdError } from './chatterd-error.ts'
import type { Progress } from './keep-trying.ts'
import { networkError } from './server-link.ts'
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
  const type = response.headers.get('content-type') ?? ''
  const { body } = response
  if (!body || !type.startsWith('text/event-stream')) {
    await body?.cancel()
    throw new ChatterdError({
      code: 'protocol',
      detail: `The response is "${type}" and no stream of events.`,
    })
  }
  progress.opened()
  const reader = body.getReader()
  const sse = createSseReader()
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        throw networkError(cause, 'The stream broke off')
      })
      if (done) throw new ChatterdError({ code: 'network', detail: 'The stream ended early.' })
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
      throw new ChatterdError({ code: 'protocol', detail: `The stream is broken: ${cause}` }, { cause })
    }
  }
}
