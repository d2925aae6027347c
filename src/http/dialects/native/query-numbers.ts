import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'

/** An optional whole number in a query, from 1. Its route needs `readQueryNumbers`. */
export const QueryNumber = (maximum: number, description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum, description }))

export const limitOf = (items: string) => QueryNumber(200, `The largest number of ${items}; absent: 50.`)
export const defaultLimit = 50

/** A hook that runs before a query is validated: parses these parameters, which are text, as whole numbers where they are. */
export function readQueryNumbers(...names: string[]) {
  return async (request: FastifyRequest): Promise<void> => {
    const query = request.query as Record<string, unknown>
    for (const name of names) {
      const text = query[name]
      if (typeof text === 'string' && /^\d{1,15}$/.test(text)) query[name] = Number(text)
    }
  }
}
