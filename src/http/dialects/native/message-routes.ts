import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { messageData } from './conversation-data.ts'
import type { NativePorts } from './ports.ts'
import { conversationNotFound } from './problem.ts'
import { readQueryNumbers } from './query-numbers.ts'
import {
  ConversationPath,
  defaultLimit,
  limitOf,
  MessageSchema,
  QueryNumber,
} from './schemas/conversation-schema.ts'
import { jsonResponse, problemResponses } from './schemas/responses.ts'
import { refTo } from './schemas/shared-schema.ts'
import { conversationKey } from './scope.ts'

const LogQuery = Type.Object({
  before: QueryNumber(Number.MAX_SAFE_INTEGER, 'Messages below this number; absent: the newest.'),
  limit: limitOf('messages'),
})

const Page = Type.Object({
  messages: Type.Array(refTo(MessageSchema), { description: 'Oldest first.' }),
  before: Type.Optional(
    Type.Integer({ description: 'What the page of older ones lies before; absent: there are none.' }),
  ),
})

/** The route of a conversation's log. */
export function messageRoutes(scope: FastifyInstance, { directory }: NativePorts): void {
  scope.get<{ Params: Static<typeof ConversationPath>; Querystring: Static<typeof LogQuery> }>(
    '/conversations/:name/messages',
    {
      schema: {
        tags: ['conversations'],
        operationId: 'listMessages',
        summary: "Tells a conversation's messages, the newest page first",
        params: ConversationPath,
        querystring: LogQuery,
        response: { 200: jsonResponse('A page of the log.', Page), ...problemResponses(404) },
      },
      preValidation: readQueryNumbers('before', 'limit'),
    },
    async ({ params, query: { before, limit = defaultLimit } }) => {
      // One more than asked for tells whether there are older ones.
      const found = await directory.messages(conversationKey(params.name), before, limit + 1)
      if (!found) throw conversationNotFound()
      const messages = found.slice(-limit)
      const [oldest] = messages
      return {
        messages: messages.map(messageData),
        ...(oldest && found.length > limit && { before: oldest.seq }),
      }
    },
  )
}
