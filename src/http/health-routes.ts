import type { FastifyInstance } from 'fastify'

/** Whether requests can be served now; `reason` says in words why not. */
export interface Readiness {
  ready: boolean
  reason?: string
}

/** `GET /healthz`: the process lives. `GET /readyz`: it can serve; 503 while it cannot. */
export function healthRoutes(app: FastifyInstance, readiness: () => Promise<Readiness>): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const { ready, reason } = await readiness()
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not ready', ...(reason && { reason }) })
  })
}
