import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ChatterdError } from '../../../protocol/errors.ts'
import { isJsonObject } from '../../../protocol/json.ts'
import { querySchema } from './schemas/shared-schema.ts'

const noParameters = querySchema({})

/** Has the routes that are added to the scope from now on refuse parameters and bodies for which they have no schema, and would ignore. */
export function refuseUnused(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, querystring: route.schema?.querystring ?? noParameters }
    if (!route.schema.body) route.preValidation = [route.preValidation ?? [], refuseBody].flat()
  })
}

/** Many clients send `{}` or `null` where they have nothing to send. */
async function refuseBody({ body }: FastifyRequest): Promise<void> {
  const isEmpty = isJsonObject(body) && Object.keys(body).length === 0
  if (body === undefined || body === null || isEmpty) return
  throw new ChatterdError('invalid-request', 'body: this request takes none.')
}
