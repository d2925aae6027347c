import type { FastifyInstance } from 'fastify'
import type { Engine } from '../turn/ports/engine.ts'
import { landingPage } from './landing-page.ts'
import { type PagePorts, sendPage } from './page-routes.ts'

/**
 * `GET /`: the greeting that phones check, as a JSON string. Browsers get the web page; without it, a few words and one command to try.
 */
export function rootRoute(app: FastifyInstance, engine: Engine, page?: PagePorts): void {
  app.get('/', async (request, reply) => {
    if (/\btext\/html\b/.test(request.headers.accept ?? '')) {
      if (page && page.state().state !== 'missing') return sendPage(request, reply, page)
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
