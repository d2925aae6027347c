import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { ChangeBody, changeOf } from './change-body.ts'
import { conversationData } from './conversation-data.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import { numbersIn } from './numbers-in.ts'
import type { NativePorts } from './ports.ts'
import { noConversation } from './problem.ts'
import { Conversation, ConversationPath, defaultLimit, limitOf } from './schemas/conversation-schema.ts'
import { answer, emptyReply, problems } from './schemas/responses.ts'
import { refTo } from './schemas/shared-schema.ts'
import { keyOf, tenant } from './scope.ts'

type Path = Static<typeof ConversationPath>

const ListQuery = Type.Object({
  after: Type.Optional(Type.String({ description: 'The `next` of the page before.' })),
  limit: limitOf('conversations'),
})

const Page = Type.Object({
  conversations: Type.Array(refTo(Conversation)),
  next: Type.Optional(Type.String({ description: 'What the next page begins after; absent on the last.' })),
})

/** The routes of conversations by themselves. */
export function conversationRoutes(scope: FastifyInstance, ports: NativePorts): void {
  const { directory, turns } = ports
  const shared = { tags: ['conversations'], params: ConversationPath }
  const told = { 200: answer('The conversation.', refTo(Conversation)), ...problems(404) }

  scope.get<{ Querystring: Static<typeof ListQuery> }>(
    '/conversations',
    {
      schema: {
        tags: ['conversations'],
        operationId: 'listConversations',
        summary: 'Lists conversations, the last changed first',
        querystring: ListQuery,
        response: { 200: answer('A page of the list.', Page), ...problems() },
      },
      preValidation: numbersIn('limit'),
    },
    async ({ query: { after, limit = defaultLimit } }) => {
      const cursor = after === undefined ? undefined : decodeCursor(after)
      const { conversations, next } = await directory.conversations(tenant, cursor, limit)
      return {
        conversations: conversations.map(conversationData),
        ...(next && { next: encodeCursor(next) }),
      }
    },
  )

  scope.get<{ Params: Path }>(
    '/conversations/:name',
    {
      schema: {
        ...shared,
        operationId: 'getConversation',
        summary: 'Tells of a conversation',
        response: told,
      },
    },
    async ({ params }) => {
      const conversation = await directory.conversation(keyOf(params.name))
      if (!conversation) throw noConversation()
      return conversationData(conversation)
    },
  )

  scope.patch<{ Params: Path; Body: ChangeBody }>(
    '/conversations/:name',
    {
      schema: {
        ...shared,
        operationId: 'changeConversation',
        summary: 'Changes a conversation',
        body: refTo(ChangeBody),
        response: { ...told, ...problems(404, 502, 504) },
      },
    },
    async ({ params, body }) => {
      const change = await changeOf(params.name, body, ports)
      const conversation = await directory.change(keyOf(params.name), change)
      if (!conversation) throw noConversation()
      return conversationData(conversation)
    },
  )

  scope.delete<{ Params: Path }>(
    '/conversations/:name',
    {
      schema: {
        ...shared,
        operationId: 'removeConversation',
        summary: 'Removes a conversation with all that it holds',
        response: { 204: emptyReply('It is gone.'), ...problems(404) },
      },
    },
    async ({ params }, reply) => {
      if (!(await turns.remove(keyOf(params.name)))) throw noConversation()
      return reply.code(204).send()
    },
  )
}
