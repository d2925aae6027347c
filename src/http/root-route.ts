import type { FastifyInstance } from 'fastify'
import type { Engine } from '../turn/ports/engine.ts'
import { landingPage } from './landing-page.ts'

/** `GET /`: the greeting that phones check, as a JSON string; a page for browsers. */
export function rootRoute(app: FastifyInstance, engine: Engine): void {
  app.get('/', async (request, reply) => {
    if (/\btext\/html\b/.test(request.headers.accept ?? '')) {
      return reply
        .type('text/html; charset=utf-8')
        .send(await pageFor(`${request.protocol}://${request.host}`, engine))
    }
    return reply.type('application/json; charset=utf-8').send(JSON.stringify('EECS Reactive chatterd'))
  })
}

async function pageFor(address: string, engine: Engine): Promise<string> {
  // Without an engine the page is still useful.
  const models = await engine.models().catch(() => [])
  const withTools = models.find(({ capabilities }) => capabilities?.includes('tools'))
  const withChat = models.find(({ capabilities }) => capabilities?.includes('completion') ?? true)
  return landingPage(address, (withTools ?? withChat)?.name ?? 'qwen3:0.6b')
}
