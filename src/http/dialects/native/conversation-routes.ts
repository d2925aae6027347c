import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { ChangeBody, changeOf } from './change-body.ts'
import { conversationData } from './conversation-data.ts'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { NativePorts } from './ports.ts'
import { conversationNotFound } from './problem.ts'
import { defaultLimit, limitOf, readQueryNumbers } from './query-numbers.ts'
import { ConversationPath, ConversationSchema } from './schemas/conversation-schema.ts'
import { emptyResponse, jsonResponse, problemResponses } from './schemas/responses.ts'
import { querySchema, sharedSchema } from './schemas/shared-schema.ts'
import { conversationKey, tenant } from './scope.ts'

type Path = Static<typeof ConversationPath>

const ListQuery = querySchema({
  after: Type.Optional(Type.String({ description: 'The `next` of the previous page.' })),
  limit: limitOf('conversations'),
  search: Type.Optional(
    Type.String({
      maxLength: 256,
      description:
        'Only conversations whose title, or a message, has all these words; the last one may be the beginning of a word.',
    }),
  ),
})

const Page = sharedSchema('ConversationPage', 'A page of the list of conversations.', {
  conversations: Type.Array(ConversationSchema),
  next: Type.Optional(
    Type.String({ description: 'The value of `after` for the next page; absent on the last page.' }),
  ),
})

/** The routes of conversations, without their messages. */
export function conversationRoutes(scope: FastifyInstance, ports: NativePorts): void {
  const { directory, turns } = ports
  const shared = { tags: ['conversations'], params: ConversationPath }
  const found = {
    200: jsonResponse('The conversation.', ConversationSchema),
    ...problemResponses(404),
  }

  scope.get<{ Querystring: Static<typeof ListQuery> }>(
    '/conversations',
    {
      schema: {
        tags: ['conversations'],
        operationId: 'listConversations',
        summary: 'Lists conversations, the most recently changed first',
        querystring: ListQuery,
        response: { 200: jsonResponse('A page of the list.', Page), ...problemResponses() },
      },
      preValidation: readQueryNumbers('limit'),
    },
    async ({ query: { after, limit = defaultLimit, search = '' } }) => {
      const cursor = after === undefined ? undefined : decodeCursor(after)
      const { conversations, next } =
        search.trim() === ''
          ? await directory.conversations(tenant, cursor, limit)
          : await directory.search(tenant, search, cursor, limit)
      return {
        conversations: conversations.map((one) => conversationData(one)),
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
        summary: 'Reads a conversation',
        response: found,
      },
    },
    async ({ params }) => {
      const conversation = await directory.conversation(conversationKey(params.name))
      if (!conversation) throw conversationNotFound()
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
        body: ChangeBody,
        response: { ...found, ...problemResponses(404, 409, 502, 504) },
      },
    },
    async ({ params, body }) => {
      const change = await changeOf(params.name, body, ports)
      const conversation = await directory.change(conversationKey(params.name), change)
      if (!conversation) throw conversationNotFound()
      turns.changed(conversationKey(params.name))
      return conversationData(conversation)
    },
  )

  scope.delete<{ Params: Path }>(
    '/conversations/:name',
    {
      schema: {
        ...shared,
        operationId: 'removeConversation',
        summary: 'Deletes a conversation with its messages and turns',
        response: { 204: emptyResponse('The conversation is deleted.'), ...problemResponses(404) },
      },
    },
    async ({ params }, reply) => {
      if (!(await turns.remove(conversationKey(params.name)))) throw conversationNotFound()
      return reply.code(204).send()
    },
  )
}
