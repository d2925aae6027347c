import { Type } from 'typebox'
import { repairCodes } from '../../../../protocol/repair.ts'
import { AnyObject } from '../../../posted-bounds.ts'
import { ErrorDetailSchema } from './problem-schema.ts'
import { sharedEnum, sharedSchema } from './shared-schema.ts'

export const CallSideSchema = sharedEnum('CallSide', 'Where a tool runs: in the server, or in the client.', [
  'resident',
  'device',
])

export const CallStatusSchema = sharedEnum('CallStatus', 'What has become of a call.', [
  'asked',
  'denied',
  'running',
  'offered',
  'succeeded',
  'failed',
  'timed-out',
  'interrupted',
  'answered',
  'expired',
  'superseded',
  'cancelled',
])

/** The result of a call: an output, or a message that says why there is none; neither while the call is open. */
export const callOutcome = {
  output: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
}

/** What was mended of a call; absent where it was run as the model wrote it. */
export const callRepairs = {
  repairs: Type.Optional(
    Type.Array(
      sharedSchema('Repair', 'One thing that was mended of a call before it was run.', {
        code: sharedEnum('RepairCode', 'What was mended.', repairCodes),
        detail: Type.String({ description: 'For people.' }),
      }),
      { description: 'What was mended of the call; absent where that is nothing.' },
    ),
  ),
}

/** What a person approves; absent where nobody has to. */
export const callApproval = {
  approval: Type.Optional({
    ...sharedSchema('Approval', 'What a person has to approve, or had to.', {
      hash: Type.String({ description: 'Of the name and the arguments; to be sent back with the decision.' }),
      source: Type.String({ description: 'Where the tool comes from: a source of `GET /tools`, or device.' }),
    }),
  }),
}

export const CallSchema = sharedSchema('Call', 'A tool call, and its result once it has ended.', {
  callId: Type.String(),
  name: Type.String(),
  arguments: AnyObject,
  side: CallSideSchema,
  ...callRepairs,
  ...callApproval,
  status: CallStatusSchema,
  ...callOutcome,
  ms: Type.Optional(Type.Integer({ description: 'Milliseconds from its start to its end.' })),
})

export const UsageSchema = sharedSchema(
  'Usage',
  'What the engine reports of its work, and how full the context is. Members are absent where they are not known.',
  {
    promptTokens: Type.Optional(Type.Integer()),
    outputTokens: Type.Optional(Type.Integer()),
    promptMs: Type.Optional(Type.Number()),
    outputMs: Type.Optional(Type.Number()),
    loadMs: Type.Optional(Type.Number({ description: 'Of loading the model.' })),
    totalMs: Type.Optional(Type.Number({ description: 'Of the whole reply, as the engine counts it.' })),
    window: Type.Optional(
      Type.Integer({
        description: 'The context window that the prompt was made to fit, in tokens, where it is known.',
      }),
    ),
    leftOut: Type.Optional(
      Type.Integer({
        description: 'How many messages of the log were not in the prompt; absent where all were.',
      }),
    ),
  },
)

export const FinishReasonSchema = sharedEnum(
  'FinishReason',
  'Why a reply ended: by itself, at a limit of its length, to call tools, because it was cancelled, or because it failed.',
  ['stop', 'length', 'tool-calls', 'cancelled', 'error'],
)

const ends = ['completed', 'failed', 'cancelled', 'interrupted'] as const

export const TurnEndStatusSchema = sharedEnum('TurnEndStatus', 'How a turn ended.', ends)

const TurnStatusSchema = sharedEnum(
  'TurnStatus',
  'Whether a turn runs or waits for its client, or how it ended.',
  ['running', 'waiting', ...ends],
)

export const TurnSchema = sharedSchema('Turn', 'One prompt and the steps and calls that follow from it.', {
  id: Type.String({ format: 'uuid' }),
  conversation: Type.String(),
  model: Type.String(),
  status: TurnStatusSchema,
  steps: Type.Integer({ description: 'How many steps are complete.' }),
  calls: Type.Array(CallSchema, { description: 'In the order in which the model asked for them.' }),
  usage: UsageSchema,
  error: Type.Optional(ErrorDetailSchema),
  finishReason: Type.Optional(FinishReasonSchema),
  createdAt: Type.String({ format: 'date-time' }),
  endedAt: Type.Optional(Type.String({ format: 'date-time' })),
})

/** The path of a turn's routes. */
export const TurnPath = Type.Object({
  id: Type.String({
    format: 'uuid',
    pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    description: 'The id of a turn.',
  }),
})
