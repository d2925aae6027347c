import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { ChatterdError } from '../../../protocol/errors.ts'
import { disconnectSignal } from '../../disconnect-signal.ts'
import type { ReadWeather } from './ports.ts'

const Degrees = Type.Optional(Type.Union([Type.String(), Type.Number()]))
const Location = Type.Object({ lat: Degrees, lon: Degrees })

/** `GET` and `POST /weather`, with `{lat, lon}` as body or as query parameters; responds with a JSON string. */
export function weatherRoutes(app: FastifyInstance, readWeather: ReadWeather): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/weather',
    schema: { querystring: Location },
    handler: async (request: FastifyRequest, reply) => {
      const { lat, lon } = { ...(request.query as object), ...(request.body as object | null) } as Record<
        string,
        unknown
      >
      if (lat === undefined || lon === undefined) {
        const message = `lat and lon are expected, such as /weather?lat=42.29&lon=-83.71; ${lat === undefined ? 'lat' : 'lon'} is missing.`
        throw new ChatterdError('invalid-request', message)
      }
      const location = { latitude: lat, longitude: lon }
      const weather = await readWeather(location, disconnectSignal(reply)).catch((error: unknown) => {
        if (!(error instanceof ChatterdError) || error.code !== 'tool-service-failed') throw error
        throw new ChatterdError(error.code, `Internal server error: ${error.message}`, { cause: error })
      })
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(weather))
    },
  })
}
