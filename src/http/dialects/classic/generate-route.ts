import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { Engine } from '../../../turn/ports/engine.ts'
import { disconnectSignal } from '../../disconnect-signal.ts'

/** `POST /llmprompt`: the engine's `/api/generate`, passed through as it is; nothing is stored. */
export function generateRoute(app: FastifyInstance, engine: Engine): void {
  app.post('/llmprompt', async ({ body }, reply) => {
    if (!isJsonObject(body) || typeof body.model !== 'string') {
      throw new ChatterdError('invalid-request', 'model: a string is expected.')
    }
    const response = await engine.generate(body satisfies JsonObject, disconnectSignal(reply))
    return reply
      .code(response.status)
      .type(response.contentType)
      .send(Readable.from(response.body, { objectMode: false }))
  })
}
