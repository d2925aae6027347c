import { Type } from 'typebox'
import type { TurnEvent } from '../../../../protocol/events.ts'
import { AnyObject } from '../../../posted-bounds.ts'
import { ErrorDetailSchema } from './problem-schema.ts'
import { sharedSchema } from './shared-schema.ts'
import {
  CallSchema,
  CallSideSchema,
  CallStatusSchema,
  callApproval,
  callOutcome,
  callRepairs,
  FinishReasonSchema,
  TurnEndStatusSchema,
  UsageSchema,
} from './turn-schema.ts'

const Step = Type.Integer({ minimum: 1 })

const token = {
  token: Type.String({ description: 'Its text; where it is a part of a character, only `bytes` is exact.' }),
  logprob: Type.Number({ description: 'The natural logarithm of its probability.' }),
  bytes: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { description: 'In UTF-8.' })),
}
const TokenLogprobSchema = sharedSchema('TokenLogprob', 'A token that the model could write.', token)
const LogprobSchema = sharedSchema('Logprob', 'A token that the model wrote.', {
  ...token,
  topLogprobs: Type.Optional(
    Type.Array(TokenLogprobSchema, { description: 'The most probable tokens at its position.' }),
  ),
})

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
  logprobs: sharedSchema('Logprobs', 'The tokens of the deltas before it, or of a call.', {
    logprobs: Type.Array(LogprobSchema),
  }),
  'call-start': sharedSchema('CallStart', 'The model asked for a call.', {
    callId: Type.String(),
    name: Type.String(),
    arguments: AnyObject,
    side: CallSideSchema,
    ...callRepairs,
    ...callApproval,
  }),
  'call-approved': sharedSchema('CallApproved', 'A person has approved a call.', { callId: Type.String() }),
  'call-end': sharedSchema('CallEnd', 'A call has ended.', {
    callId: Type.String(),
    status: CallStatusSchema,
    ...callOutcome,
    ms: Type.Integer(),
  }),
  'step-end': sharedSchema('StepEnd', "The model's reply is complete and stored.", {
    step: Step,
    message: sharedSchema('Reply', 'What the model said in one step.', {
      role: Type.Literal('assistant'),
      content: Type.String(),
      thinking: Type.Optional(Type.String()),
      calls: Type.Array(CallSchema),
    }),
    usage: UsageSchema,
    finishReason: FinishReasonSchema,
  }),
  'turn-waiting': sharedSchema('TurnWaiting', 'The turn waits for results or approvals of these calls.', {
    calls: Type.Array(Type.String()),
  }),
  notice: sharedSchema('Notice', 'Information about the turn, which goes on.', {
    code: Type.String(),
    detail: Type.String(),
  }),
  'turn-end': sharedSchema('TurnEnd', 'The last event of every turn.', {
    status: TurnEndStatusSchema,
    error: Type.Optional(ErrorDetailSchema),
  }),
} satisfies Record<TurnEvent['type'], unknown>

const events = Object.entries(eventSchemas).map(([name, data]) =>
  sharedSchema(`${data.title}Event`, data.description, {
    id: Type.String({ pattern: '^[0-9a-f-]{36}:[0-9]+$' }),
    event: Type.Literal(name),
    data: Type.String({ contentMediaType: 'application/json', contentSchema: data }),
  }),
)
const componentOf = ({ properties: { event }, title }: (typeof events)[number]) => [
  event.const,
  `#/components/schemas/${title}`,
]

const EventSchema = {
  title: 'Event',
  description:
    'An event of a turn. `id` is the id of the turn, a colon, and the number of the event, from 1 without gaps.',
  oneOf: events,
  discriminator: { propertyName: 'event', mapping: Object.fromEntries(events.map(componentOf)) },
}

const Queued = sharedSchema('Queued', 'The request waits for its conversation.', {
  position: Type.Integer({ minimum: 1, description: 'Its position in the queue.' }),
})
/** What comes instead of a turn, or before it, has no ids: nothing of it is stored. */
const queueEvents = [
  sharedSchema(
    'QueuedEvent',
    'The request waits, or its position has changed; before the first event of the turn.',
    {
      event: Type.Literal('queued'),
      data: Type.String({ contentMediaType: 'application/json', contentSchema: Queued }),
    },
  ),
  sharedSchema('NotBegunEvent', 'The request has waited, and no turn has begun: it may be sent again.', {
    event: Type.Literal('turn-end'),
    data: Type.String({ contentMediaType: 'application/json', contentSchema: eventSchemas['turn-end'] }),
  }),
]

const StreamedEventSchema = {
  title: 'StreamedEvent',
  description: 'An event of a turn; or, with `queueEvents`, one of a request that waits.',
  oneOf: [EventSchema, ...queueEvents],
}

/** A stream of server-sent events: a text, so that generated clients return it as it comes, and do not take it for one event. */
export const EventStreamSchema = Type.String({
  title: 'EventStream',
  description: 'Server-sent events.',
  contentMediaType: 'text/event-stream',
  contentSchema: { type: 'array', items: StreamedEventSchema },
})
