import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { ClassicPorts } from './ports.ts'
import { removeNulls } from './remove-nulls.ts'

const Post = Type.Object({
  username: Type.Optional(Type.String({ maxLength: 256 })),
  name: Type.Optional(Type.String({ maxLength: 256 })),
  message: Type.String({ maxLength: 65_536 }),
})

/** The public board: `POST /postchatt` and `GET /getchatts`. */
export function boardRoutes(app: FastifyInstance, { board, newId, limits }: ClassicPorts): void {
  app.post<{ Body: Static<typeof Post> }>(
    '/postchatt',
    { schema: { body: Post }, preValidation: removeNulls },
    async ({ body }) => {
      const username = body.username ?? body.name
      if (username === undefined) {
        throw new ChatterdError('invalid-request', 'username: a string is expected (or name instead).')
      }
      await board.post({ id: newId(), username, message: body.message }, limits.boardMessages)
      return {}
    },
  )

  app.get('/getchatts', async () => {
    const messages = await board.newest(limits.boardMessages)
    return messages.map(({ username, message, id, createdAt }) => [
      username,
      message,
      id,
      createdAt.toISOString(),
    ])
  })
}
