import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ChatterdError } from '../../../protocol/errors.ts'

/** Tells the weather as the tool `get_weather` does. Throws `invalid-request` for a place that is none. */
export type ReadWeather = (
  place: { latitude: unknown; longitude: unknown },
  signal: AbortSignal,
) => Promise<string>

const Degrees = Type.Optional(Type.Union([Type.String(), Type.Number()]))
const Place = Type.Object({ lat: Degrees, lon: Degrees })

/** `GET` and `POST /weather`, with a body `{lat, lon}` or the same as query parameters: one JSON string. */
export function weatherRoutes(app: FastifyInstance, readWeather: ReadWeather): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/weather',
    schema: { querystring: Place },
    handler: async (request: FastifyRequest, reply) => {
      const { lat, lon } = { ...(request.query as object), ...(request.body as object | null) } as Record<
        string,
        unknown
      >
      const left = new AbortController()
      reply.raw.on('close', () => left.abort())
      const weather = await readWeather({ latitude: lat, longitude: lon }, left.signal).catch(
        (error: unknown) => {
          if (!(error instanceof ChatterdError) || error.code !== 'tool-service-failed') throw error
          throw new ChatterdError(error.code, `Internal server error: ${error.message}`, { cause: error })
        },
      )
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(weather))
    },
  })
}
