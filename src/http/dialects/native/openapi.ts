import { type FastifyInstance, fastify, type RouteOptions } from 'fastify'
import { AnyObject } from '../../posted-bounds.ts'
import { moveToComponents } from './openapi-components.ts'
import { jsonResponse, problemResponses } from './schemas/responses.ts'

const document = {
  openapi: '3.1.0',
  info: {
    title: 'chatterd',
    version: '1',
    summary: 'Conversations with a language model, with tools on both sides.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  tags: [
    { name: 'turns', description: 'Begin turns, follow their events, send results, cancel.' },
    { name: 'conversations', description: 'Conversations with their settings and messages.' },
    { name: 'catalog', description: 'Models, resident tools, and this document.' },
  ],
}

const Document = { ...AnyObject, title: 'OpenApiDocument', description: 'An OpenAPI document.' }

/** `GET /openapi.json`: the routes that are added to the scope from now on, as OpenAPI 3.1. The same schemas validate them. */
export async function describeRoutes(scope: FastifyInstance): Promise<void> {
  const routes: RouteOptions[] = []
  scope.addHook('onRoute', (route) => {
    if (route.method !== 'HEAD') routes.push(route)
  })
  let described: Promise<object> | undefined
  scope.get(
    '/openapi.json',
    {
      schema: {
        tags: ['catalog'],
        operationId: 'getOpenApi',
        summary: 'This document',
        response: { 200: jsonResponse('The document.', Document), ...problemResponses() },
      },
    },
    async () => {
      described ??= describe(routes)
      return await described
    },
  )
}

/** The package that makes the document is large, and most servers are never asked for it: an application of its own has the routes again. */
async function describe(routes: readonly RouteOptions[]): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger')
  const app = fastify({ exposeHeadRoutes: false })
  // OpenAPI 3.1 has `const`; only 3.0 needs an `enum` instead.
  await app.register(swagger, { openapi: document, convertConstToEnum: false })
  // Nothing is sent to it.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => () => '')
  for (const { method, url, schema } of routes)
    app.route({ method, url, ...(schema && { schema }), handler() {} })
  await app.ready()
  return moveToComponents(app.swagger())
}
