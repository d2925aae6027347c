import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { Engine } from '../../../turn/ports/engine.ts'
import { disconnectSignal } from '../../disconnect-signal.ts'
import { destroyWhenStalled } from '../../sse-response.ts'

/** What the route works with. `stallTimeoutMs` is how long a client may read nothing; then its connection is destroyed. */
export interface GeneratePorts {
  engine: Pick<Engine, 'generate'>
  limits: { stallTimeoutMs?: number }
}

/** `POST /llmprompt`: the engine's `/api/generate`, passed through as it is; nothing is stored. */
export function generateRoute(app: FastifyInstance, { engine, limits }: GeneratePorts): void {
  app.post('/llmprompt', async ({ body }, reply) => {
    if (!isJsonObject(body) || typeof body.model !== 'string') {
      throw new ChatterdError('invalid-request', 'model: a string is expected.')
    }
    const response = await engine.generate(body satisfies JsonObject, disconnectSignal(reply))
    const watched = whileRead(response.body, reply, limits.stallTimeoutMs)
    return reply
      .code(response.status)
      .type(response.contentType)
      .send(Readable.from(watched, { objectMode: false }))
  })
}

/** The same bytes. While the client does not take them, the engine waits: no longer than the client may read nothing. */
async function* whileRead(
  body: AsyncIterable<Uint8Array>,
  reply: FastifyReply,
  stallTimeoutMs = 30_000,
): AsyncGenerator<Uint8Array> {
  const { raw } = reply
  for await (const bytes of body) {
    let unread = Number.POSITIVE_INFINITY
    let stalledQuarters = 0
    const timer = setInterval(() => {
      stalledQuarters = raw.writableLength < unread ? 0 : stalledQuarters + 1
      unread = raw.writableLength
      if (stalledQuarters === 4) raw.destroy()
    }, stallTimeoutMs / 4)
    try {
      yield bytes
    } finally {
      clearInterval(timer)
    }
  }
  destroyWhenStalled(reply, stallTimeoutMs)
}
