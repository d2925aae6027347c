import { Type } from 'typebox'
import { ConversationSchema } from './conversation-schema.ts'
import { sharedSchema } from './shared-schema.ts'
import { TurnEndStatusSchema } from './turn-schema.ts'

const turn = Type.String({ format: 'uuid' })

/** The data of each event of a conversation, by the name of the event. */
const watchSchemas = {
  conversation: ConversationSchema,
  'turn-start': sharedSchema('TurnStarted', 'A turn has begun in the conversation.', {
    turn,
    model: Type.String(),
  }),
  'turn-end': sharedSchema('TurnEnded', 'A turn of the conversation has ended.', {
    turn,
    status: TurnEndStatusSchema,
  }),
  deleted: sharedSchema('ConversationDeleted', 'There is no such conversation, or none any more.', {}),
}

const events = Object.entries(watchSchemas).map(([name, data]) =>
  sharedSchema(`Watched${data.title}Event`, data.description, {
    event: Type.Literal(name),
    data: Type.String({ contentMediaType: 'application/json', contentSchema: data }),
  }),
)

/** A stream of what happens in a conversation, as a text. */
export const WatchStreamSchema = Type.String({
  title: 'WatchStream',
  description: 'Server-sent events, without ids.',
  contentMediaType: 'text/event-stream',
  contentSchema: {
    type: 'array',
    items: {
      title: 'WatchedEvent',
      description: 'What has happened in a conversation.',
      oneOf: events,
    },
  },
})
