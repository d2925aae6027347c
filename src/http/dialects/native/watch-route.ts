import type { FastifyInstance } from 'fastify'
import type { Static } from 'typebox'
import type { ConversationEventData } from '../../../protocol/native/conversation-events.ts'
import type { ConversationEvent } from '../../../stream/conversation-changes.ts'
import { disconnectSignal } from '../../disconnect-signal.ts'
import { asOneLine } from '../../json-line.ts'
import { checkConversationName } from '../../posted-bounds.ts'
import { SseResponse } from '../../sse-response.ts'
import { checkOpen } from './check-open.ts'
import { conversationData } from './conversation-data.ts'
import type { NativePorts } from './ports.ts'
import { ConversationPath } from './schemas/conversation-schema.ts'
import { problemResponses, watchStreamResponse } from './schemas/responses.ts'
import { conversationKey } from './scope.ts'

/** The route that sends what happens in a conversation, for as long as its client stays. */
export function watchRoute(scope: FastifyInstance, ports: NativePorts): void {
  const schema = {
    tags: ['conversations'],
    operationId: 'watchConversation',
    summary: 'Watches a conversation',
    description:
      'The conversation as it is, and again when it changes; which turns begin and end; and when it is deleted.',
    params: ConversationPath,
    response: {
      200: watchStreamResponse('What happens in the conversation.'),
      ...problemResponses(),
    },
  }
  scope.get<{ Params: Static<typeof ConversationPath> }>(
    '/conversations/:name/events',
    { schema, exposeHeadRoute: false },
    async ({ params: { name } }, reply) => {
      checkOpen(ports)
      checkConversationName(name, 'name')
      const disconnected = disconnectSignal(reply)
      const sse = new SseResponse(reply, ports.limits, disconnected)
      sse.keepAlive()
      const sink = (events: readonly ConversationEvent[]) => {
        sse.write(events.map(encode).join(''))
        return sse.drained()
      }
      try {
        const ended = await ports.turns.watch(conversationKey(name), sink, disconnected)
        sse.end(ended === 'closing' ? reconnect : '')
      } catch (error) {
        if (!sse.isOpen) {
          sse.release()
          throw error
        }
        ports.onFault(error)
        sse.end(reconnect)
      }
    },
  )
}

/** Asks the client to watch again. */
const reconnect = ': reconnect\n\n'

function encode(event: ConversationEvent): string {
  const data = asOneLine(JSON.stringify(dataOf(event)))
  return `event: ${event.type}\ndata: ${data}\n\n`
}

function dataOf(event: ConversationEvent): ConversationEventData[keyof ConversationEventData] {
  switch (event.type) {
    case 'conversation':
      return conversationData(event.conversation)
    case 'turn-start':
      return { turn: event.turn, model: event.model }
    case 'turn-end':
      return { turn: event.turn, status: event.status }
    case 'deleted':
      return {}
  }
}
