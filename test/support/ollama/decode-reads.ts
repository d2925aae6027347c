import assert from 'node:assert/strict'
import { createReplyDecoder } from '../../../src/engines/ollama/reply-decoder.ts'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import type { EnginePart } from '../../../src/turn/ports/engine.ts'

/** Decodes reads of one reply to its parts, and the error that ended them. */
export function decodeReads(
  reads: Buffer[],
  maxLineBytes = 64 * 1024,
): { parts: EnginePart[]; error: ChatterdError | undefined } {
  const parts: EnginePart[] = []
  const decoder = createReplyDecoder(maxLineBytes)
  for (const decode of [...reads.map((read) => () => decoder.feed(read)), () => decoder.end()]) {
    const { parts: more, error } = decode()
    parts.push(...more)
    if (error === undefined) continue
    assert.ok(error instanceof ChatterdError)
    return { parts, error }
  }
  return { parts, error: undefined }
}
