import type { FastifyInstance } from 'fastify'

/** Whether the server can serve requests now, and if not, the reason as text for people. */
export interface Readiness {
  ready: boolean
  reason?: string
}

/** `GET /healthz`: 200 while the process runs. `GET /readyz`: 200 while it can serve requests, else 503. */
export function healthRoutes(app: FastifyInstance, readiness: () => Promise<Readiness>): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const { ready, reason } = await readiness()
    return reply
      .code(ready ? 200 : 503)
      .send({ status: ready ? 'ready' : 'not ready', ...(reason && { reason }) })
  })
}
