import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { messageData } from './conversation-data.ts'
import type { NativePorts } from './ports.ts'
import { conversationNotFound } from './problem.ts'
import { defaultLimit, limitOf, QueryNumber, readQueryNumbers } from './query-numbers.ts'
import { BranchNumber, ConversationPath, MessageSchema } from './schemas/conversation-schema.ts'
import { jsonResponse, problemResponses } from './schemas/responses.ts'
import { querySchema, sharedSchema } from './schemas/shared-schema.ts'
import { conversationKey } from './scope.ts'

const LogQuery = querySchema({
  before: QueryNumber(
    Number.MAX_SAFE_INTEGER,
    'Only messages with a smaller `seq`; absent: the newest messages.',
  ),
  limit: limitOf('messages'),
  branch: Type.Optional({ ...BranchNumber, description: 'Of this branch; absent: of the current one.' }),
})

const Page = sharedSchema('MessagePage', "A page of a conversation's messages.", {
  messages: Type.Array(MessageSchema, { description: 'Oldest first.' }),
  before: Type.Optional(
    Type.Integer({
      description: 'The value of `before` for the page of older messages; absent where there are none.',
    }),
  ),
})

/** The route of a conversation's messages. */
export function messageRoutes(scope: FastifyInstance, { directory }: NativePorts): void {
  scope.get<{ Params: Static<typeof ConversationPath>; Querystring: Static<typeof LogQuery> }>(
    '/conversations/:name/messages',
    {
      schema: {
        tags: ['conversations'],
        operationId: 'listMessages',
        summary: "Lists the messages of a conversation's branch, the newest page first",
        params: ConversationPath,
        querystring: LogQuery,
        response: { 200: jsonResponse('A page of messages.', Page), ...problemResponses(404) },
      },
      preValidation: readQueryNumbers('before', 'limit', 'branch'),
    },
    async ({ params, query: { before, limit = defaultLimit, branch } }) => {
      // One more than the page holds shows whether there are older ones.
      const found = await directory.messages(conversationKey(params.name), before, limit + 1, branch)
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
