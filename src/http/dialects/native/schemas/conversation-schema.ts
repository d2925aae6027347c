import { Type } from 'typebox'
import { AnyObject, ConversationName } from '../../../posted-bounds.ts'
import { refTo, sharedSchema } from './shared-schema.ts'
import { CallSchema, UsageSchema } from './turn-schema.ts'

const OrNone = Type.Union([Type.String(), Type.Null()])

/** A tool of the client's device. */
export const DeviceToolSchema = sharedSchema(
  'DeviceTool',
  'A tool that runs in the client. `parameters` is a JSON Schema.',
  {
    name: Type.String(),
    description: Type.Optional(Type.String()),
    parameters: Type.Optional(AnyObject),
  },
)

/** A conversation without its log. */
export const ConversationSchema = sharedSchema('Conversation', 'A conversation, without its log.', {
  name: Type.String(),
  title: OrNone,
  system: OrNone,
  model: OrNone,
  tools: Type.Array(refTo(DeviceToolSchema)),
  messages: Type.Integer({ description: 'Messages in its log.' }),
  activeTurn: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
    description: 'The turn that runs or waits.',
  }),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
})

/** A message of the log. */
export const MessageSchema = sharedSchema(
  'Message',
  'A message of a log, with its calls and their results.',
  {
    seq: Type.Integer({ description: 'Its place in the conversation, from 1.' }),
    role: Type.Enum(['system', 'user', 'assistant']),
    content: Type.String(),
    thinking: Type.Optional(Type.String()),
    images: Type.Optional(Type.Array(Type.String(), { description: 'Base64.' })),
    turn: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
      description: 'The turn it came in.',
    }),
    complete: Type.Boolean({ description: 'False for the text of an answer that was cut off.' }),
    calls: Type.Array(refTo(CallSchema)),
    usage: Type.Optional(refTo(UsageSchema)),
  },
)

/** The path of a conversation's routes. */
export const ConversationPath = Type.Object({
  name: { ...ConversationName, description: 'The name of a conversation; clients choose it.' },
})

/** A number in a query, from 1. It comes as text, and is read by `numbersIn` before it is checked. */
export const QueryNumber = (maximum: number, description: string) =>
  Type.Optional(Type.Integer({ minimum: 1, maximum, description }))

export const limitOf = (what: string) => QueryNumber(200, `How many ${what} at most; 50 where it is absent.`)
export const defaultLimit = 50
