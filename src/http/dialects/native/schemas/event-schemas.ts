import { Type } from 'typebox'
import type { TurnEvent } from '../../../../protocol/events.ts'
import { AnyObject } from '../../../posted-bounds.ts'
import { ErrorDetailSchema } from './problem-schema.ts'
import { refTo, sharedSchema } from './shared-schema.ts'
import {
  CallSchema,
  CallSideSchema,
  CallStatusSchema,
  callOutcome,
  FinishReasonSchema,
  UsageSchema,
} from './turn-schema.ts'

const Step = Type.Integer({ minimum: 1 })

/** The data of each event of a turn, by the name of the event. */
export const eventSchemas = {
  'turn-start': sharedSchema('TurnStart', 'The first event of a turn.', {
    turn: Type.String({ format: 'uuid' }),
    conversation: Type.String(),
    model: Type.String(),
  }),
  'step-start': sharedSchema('StepStart', 'The engine is prompted.', { step: Step }),
  'text-delta': sharedSchema('TextDelta', 'A piece of the reply.', { text: Type.String() }),
  'thinking-delta': sharedSchema('ThinkingDelta', "A piece of the model's thinking.", {
    text: Type.String(),
  }),
  'call-start': sharedSchema('CallStart', 'The model asked for a call.', {
    callId: Type.String(),
    name: Type.String(),
    arguments: AnyObject,
    side: CallSideSchema,
  }),
  'call-end': sharedSchema('CallEnd', 'A call has ended.', {
    callId: Type.String(),
    status: CallStatusSchema,
    ...callOutcome,
    ms: Type.Integer(),
  }),
  'step-end': sharedSchema('StepEnd', "The model's reply is complete and stored.", {
    step: Step,
    message: Type.Object({
      role: Type.Literal('assistant'),
      content: Type.String(),
      thinking: Type.Optional(Type.String()),
      calls: Type.Array(refTo(CallSchema)),
    }),
    usage: refTo(UsageSchema),
    finishReason: FinishReasonSchema,
  }),
  'turn-waiting': sharedSchema('TurnWaiting', 'The turn waits for results of these calls.', {
    calls: Type.Array(Type.String()),
  }),
  notice: sharedSchema('Notice', 'Information about the turn, which goes on.', {
    code: Type.String(),
    detail: Type.String(),
  }),
  'turn-end': sharedSchema('TurnEnd', 'The last event of every turn.', {
    status: Type.Enum(['completed', 'failed', 'cancelled', 'interrupted']),
    error: Type.Optional(refTo(ErrorDetailSchema)),
  }),
} satisfies Record<TurnEvent['type'], unknown>

/** A server-sent event. */
export const EventSchema = {
  $id: 'Event',
  description:
    'An event of a turn. `id` is the id of the turn, a colon, and the number of the event, from 1 without gaps.',
  anyOf: Object.entries(eventSchemas).map(([name, schema]) =>
    Type.Object({
      id: Type.String({ pattern: '^[0-9a-f-]{36}:[0-9]+$' }),
      event: Type.Literal(name),
      data: Type.String({ contentMediaType: 'application/json', contentSchema: refTo(schema) }),
    }),
  ),
}
