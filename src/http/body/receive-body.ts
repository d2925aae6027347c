import type { Readable } from 'node:stream'
import { ChatterdError } from '../../protocol/errors.ts'
import type { JsonScanner } from './json-scanner.ts'

/** Why a body is not read to its end. */
export type Refusal = 'bytes' | 'values' | 'depth'

/**
 * The bytes of a request's body. Throws what `refuse` makes of it as soon as the body has more than `maxBytes`, or the scanner finds too
 * much in it: the rest of the body is then still to come. `declared` is the value of `Content-Length`.
 */
export function receiveBody(
  payload: Readable,
  declared: string | undefined,
  maxBytes: number,
  scanner: JsonScanner,
  refuse: (refusal: Refusal) => Error,
): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  if (Number(declared) > maxBytes) reject(refuse('bytes'))
  else if (payload.destroyed) reject(disconnected())
  else listen()
  return promise

  function listen(): void {
    const chunks: Buffer[] = []
    let size = 0
    const onData = (chunk: Buffer) => {
      size += chunk.length
      const refusal = size > maxBytes ? 'bytes' : scanner.feed(chunk)
      if (refusal === undefined) chunks.push(chunk)
      else stop(() => reject(refuse(refusal)))
    }
    const onEnd = () =>
      stop(() => {
        scanner.end()
        const [only] = chunks
        resolve(chunks.length === 1 && only ? only : Buffer.concat(chunks, size))
      })
    const onBroken = () => stop(() => reject(disconnected()))
    function stop(settle: () => void): void {
      payload.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken)
      settle()
    }
    payload.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken)
  }
}

function disconnected(): ChatterdError {
  return new ChatterdError('invalid-request', 'The client disconnected within its request.')
}
