import type { FastifyRequest } from 'fastify'
import { isJsonObject } from '../../protocol/json.ts'

/**
 * A hook that runs before a body is validated: the validator takes numbers that keep their text (`1e2`, `5.0`) for objects. Only the
 * body's own members are numbers of ours; those inside of them are for the model or the engine, and keep their text.
 */
export async function plainNumbers(request: FastifyRequest): Promise<void> {
  if (!isJsonObject(request.body)) return
  for (const [name, value] of Object.entries(request.body))
    if (JSON.isRawJSON(value)) request.body[name] = Number(value.rawJSON)
}
