/**
 * A `fetch` whose responses end with an error where one message of them has more than `maxBytes`: a whole body, or an event of a stream
 * of events, which empty lines divide. `onTooLong` is called before that.
 */
export function boundedFetch(maxBytes: number, onTooLong: (reason: string) => void): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const { body, status, statusText, headers } = response
    if (!body) return response
    const isStream = /^text\/event-stream\b/i.test(headers.get('content-type') ?? '')
    const limited = body.pipeThrough(messageLimit(maxBytes, isStream, onTooLong))
    return new Response(limited, { status, statusText, headers })
  }
}

const carriageReturn = 13
const lineFeed = 10

function messageLimit(
  maxBytes: number,
  isStream: boolean,
  onTooLong: (reason: string) => void,
): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0
  let lineBytes = 0

  function countEvents(chunk: Uint8Array): void {
    for (const byte of chunk) {
      bytes += 1
      if (byte === lineFeed) {
        if (lineBytes === 0) bytes = 0
        lineBytes = 0
      } else if (byte !== carriageReturn) lineBytes += 1
    }
  }

  return new TransformStream({
    transform(chunk, controller) {
      if (isStream) countEvents(chunk)
      else bytes += chunk.length
      if (bytes > maxBytes) {
        const reason = `a message of the server has more than ${maxBytes} bytes`
        onTooLong(reason)
        throw new Error(reason)
      }
      controller.enqueue(chunk)
    },
  })
}
