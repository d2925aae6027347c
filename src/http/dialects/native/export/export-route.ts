import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { ConversationKey } from '../../../../protocol/conversation-key.ts'
import type { ExportCursor, ExportPage } from '../../../../turn/ports/conversation-directory.ts'
import { conversationData, messageData } from '../conversation-data.ts'
import type { NativePorts } from '../ports.ts'
import { conversationNotFound } from '../problem.ts'
import { ConversationPath, ConversationSchema, MessageSchema } from '../schemas/conversation-schema.ts'
import { problemResponses } from '../schemas/responses.ts'
import { querySchema, sharedEnum, sharedSchema } from '../schemas/shared-schema.ts'
import { conversationKey } from '../scope.ts'
import { attachment } from './file-name.ts'
import { markdownHead, markdownMessage } from './markdown.ts'

const ExportQuery = querySchema({
  format: Type.Optional(
    sharedEnum('ExportFormat', 'json: all messages of all branches; markdown: those of the current branch.', [
      'json',
      'markdown',
    ]),
  ),
})

const Export = sharedSchema('Export', 'A whole conversation.', {
  conversation: ConversationSchema,
  messages: Type.Array(MessageSchema, { description: 'Of all branches, one after the other.' }),
})

const types = { json: 'application/json; charset=utf-8', markdown: 'text/markdown; charset=utf-8' }

/** The route that exports a conversation as a file. It is read and sent a page at a time, as fast as the client reads. */
export function exportRoute(scope: FastifyInstance, { directory }: NativePorts): void {
  const schema = {
    tags: ['conversations'],
    operationId: 'exportConversation',
    summary: 'Exports a conversation as a file',
    params: ConversationPath,
    querystring: ExportQuery,
    response: {
      200: {
        description: 'The file.',
        headers: { 'Content-Disposition': { type: 'string', description: 'The name of the file.' } },
        content: {
          'application/json': { schema: Export },
          'text/markdown': { schema: Type.String() },
        },
      },
      ...problemResponses(404),
    },
  }
  scope.get<{ Params: Static<typeof ConversationPath>; Querystring: Static<typeof ExportQuery> }>(
    '/conversations/:name/export',
    { schema, exposeHeadRoute: false },
    async ({ params, query: { format = 'json' } }, reply) => {
      const key = conversationKey(params.name)
      const found = await directory.conversation(key)
      const branches = format === 'json' ? 'all' : 'current'
      const first = found && (await directory.exportPage(key, branches, undefined))
      if (!found || !first) throw conversationNotFound()
      const conversation = conversationData(found)
      const pages = pagesOf(first, key, branches, directory)
      reply.type(types[format])
      reply.header(
        'content-disposition',
        attachment(found.title ?? found.name, format === 'json' ? 'json' : 'md'),
      )
      reply.header('x-content-type-options', 'nosniff')
      const texts =
        format === 'json' ? jsonTexts(conversation, pages) : markdownTexts(markdownHead(conversation), pages)
      return reply.send(Readable.from(texts, { objectMode: false, highWaterMark: 65_536 }))
    },
  )
}

type Pages = AsyncGenerator<ExportPage['messages']>

/** All pages. Throws where the conversation is emptied meanwhile: the connection then breaks off, so that nobody takes a part for the whole. */
async function* pagesOf(
  first: ExportPage,
  key: ConversationKey,
  branches: 'all' | 'current',
  directory: Pick<NativePorts['directory'], 'exportPage'>,
): Pages {
  let page: ExportPage | undefined = first
  for (;;) {
    const last = page.messages.at(-1)
    if (!last) return
    yield page.messages
    const cursor: ExportCursor = { id: first.id, after: { branch: last.branch, seq: last.seq } }
    page = await directory.exportPage(key, branches, cursor)
    if (!page) throw conversationNotFound()
  }
}

async function* jsonTexts(conversation: object, pages: Pages): AsyncGenerator<string> {
  yield `{"conversation":${JSON.stringify(conversation)},"messages":[`
  let separator = '\n'
  for await (const messages of pages)
    for (const message of messages) {
      yield separator + JSON.stringify(messageData(message))
      separator = ',\n'
    }
  yield '\n]}\n'
}

async function* markdownTexts(head: string, pages: Pages): AsyncGenerator<string> {
  yield head
  for await (const messages of pages)
    for (const message of messages) yield markdownMessage(messageData(message))
}
