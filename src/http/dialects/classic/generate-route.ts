import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { Engine } from '../../../turn/engine.ts'

/** `POST /llmprompt`: the engine's `/api/generate`, passed through unread; nothing is stored. */
export function generateRoute(app: FastifyInstance, engine: Engine): void {
  app.post('/llmprompt', async ({ body }, reply) => {
    if (!isJsonObject(body) || typeof body.model !== 'string') {
      throw new ChatterdError('invalid-request', 'model: a string is expected.')
    }
    const left = new AbortController()
    reply.raw.on('close', () => left.abort(new ChatterdError('invalid-request', 'The client left.')))
    const answer = await engine.generate(body satisfies JsonObject, left.signal)
    return reply
      .code(answer.status)
      .type(answer.contentType)
      .send(Readable.from(answer.body, { objectMode: false }))
  })
}
