import type { FastifyInstance } from 'fastify'
import { landingPage } from './landing-page.ts'

/** `GET /`: the greeting that phones look for, as a JSON string; a page for browsers. */
export function rootRoute(app: FastifyInstance): void {
  app.get('/', async (request, reply) => {
    if (/\btext\/html\b/.test(request.headers.accept ?? '')) {
      return reply.type('text/html; charset=utf-8').send(landingPage)
    }
    return reply.type('application/json; charset=utf-8').send(JSON.stringify('EECS Reactive chatterd'))
  })
}
