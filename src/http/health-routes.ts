import type { FastifyInstance } from 'fastify'

/** Whether a part of the server can be used now, and if not, the reason as text for people. */
export interface Readiness {
  ready: boolean
  reason?: string
}

/** What serving a prompt needs. */
export interface HealthPorts {
  engine(): Promise<Readiness>
  database(): Promise<Readiness>
  /** True once the server takes no new prompts. */
  isStopping(): boolean
}

/**
 * `GET /healthz`: 200 while the process runs. `GET /readyz`: 200 while prompts can be served, else 503, with
 * `{status, reason?, engine: {status, reason?}, database: {status, reason?}}`, where each status is `ready` or `not ready`.
 */
export function healthRoutes(app: FastifyInstance, ports: HealthPorts): void {
  app.get('/healthz', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const [engine, database] = await Promise.all([ports.engine(), ports.database()])
    const reasons = [
      ...(ports.isStopping() ? ['shutting down'] : []),
      ...[engine, database].flatMap(({ ready, reason }) => (ready ? [] : [reason ?? 'not ready'])),
    ]
    const all = { ready: reasons.length === 0, reason: reasons.join(' ') }
    return reply
      .code(all.ready ? 200 : 503)
      .send({ ...shown(all), engine: shown(engine), database: shown(database) })
  })
}

function shown({ ready, reason }: Readiness): { status: string; reason?: string } {
  return { status: ready ? 'ready' : 'not ready', ...(reason && { reason }) }
}
