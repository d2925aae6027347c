import { Type } from 'typebox'
import { AnyObject, ConversationName } from '../../../posted-bounds.ts'
import { sharedEnum, sharedSchema } from './shared-schema.ts'
import { CallSchema, FinishReasonSchema, UsageSchema } from './turn-schema.ts'

const OrNone = Type.Union([Type.String(), Type.Null()])

export const DeviceToolSchema = sharedSchema(
  'DeviceTool',
  'A tool that runs in the client. `parameters` is a JSON Schema.',
  {
    name: Type.String(),
    description: Type.Optional(Type.String()),
    parameters: Type.Optional(AnyObject),
  },
)

export const ConversationSchema = sharedSchema('Conversation', 'A conversation with its settings.', {
  name: Type.String(),
  title: OrNone,
  system: OrNone,
  model: OrNone,
  tools: Type.Array(DeviceToolSchema),
  messages: Type.Integer({ description: 'How many messages its current branch has.' }),
  activeTurn: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
    description: 'The turn that runs or waits for its device.',
  }),
  branch: Type.Integer({ description: 'The number of its current branch, from 1.' }),
  siblings: Type.Optional(
    Type.Array(Type.Integer(), {
      description:
        'Where the current branch has no message of its own yet: its number and those of the branches beside it, in order.',
    }),
  ),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
  match: Type.Optional(
    sharedSchema('Match', 'Where a conversation has what was searched for.', {
      seq: Type.Optional(Type.Integer({ description: 'The message that has it; absent: its title.' })),
      branch: Type.Optional(Type.Integer({ description: 'The branch of that message.' })),
      text: Type.String({ description: 'The text around the first match.' }),
    }),
  ),
})

export const MessageRoleSchema = sharedEnum('MessageRole', 'Whose message it is.', [
  'system',
  'user',
  'assistant',
])

export const MessageSchema = sharedSchema(
  'Message',
  'A message of a conversation, with its calls and their results.',
  {
    seq: Type.Integer({ description: 'Its sequence number in its branch, from 1.' }),
    role: MessageRoleSchema,
    content: Type.String(),
    thinking: Type.Optional(Type.String()),
    images: Type.Optional(Type.Array(Type.String(), { description: 'Base64.' })),
    turn: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
      description: 'The turn that added it; null for messages that the conversation started with.',
    }),
    complete: Type.Boolean({ description: 'False for the text of a reply that was interrupted.' }),
    calls: Type.Array(CallSchema),
    usage: Type.Optional(UsageSchema),
    finishReason: Type.Optional(FinishReasonSchema),
    refused: Type.Optional(
      Type.Literal(true, {
        description: 'Its turn failed before the model replied: later prompts leave it out.',
      }),
    ),
    createdAt: Type.String({ format: 'date-time' }),
    branch: Type.Integer({ description: 'The number of the branch that it was added to.' }),
    siblings: Type.Optional(
      Type.Array(Type.Integer(), {
        description:
          'Where branches differ from this message on: their numbers, its own among them, in order; absent where there is no other.',
      }),
    ),
  },
)

/** The number of a branch, as clients send it. */
export const BranchNumber = Type.Integer({ minimum: 1, maximum: 2_147_483_647 })

/** The path of a conversation's routes. */
export const ConversationPath = Type.Object({
  name: { ...ConversationName, description: 'The name of the conversation, which its client chooses.' },
})
