import type { FastifyRequest } from 'fastify'

/** To be done before a query is checked: reads these parameters as whole numbers, where they are some. */
export function readQueryNumbers(...names: string[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const query = request.query as Record<string, unknown>
    for (const name of names) {
      const text = query[name]
      if (typeof text === 'string' && /^\d{1,15}$/.test(text)) query[name] = Number(text)
    }
  }
}
