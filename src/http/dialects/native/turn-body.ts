import { type Static, Type } from 'typebox'
import { ChatterdError } from '../../../protocol/errors.ts'
import type { JsonObject } from '../../../protocol/json.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import {
  AnyObject,
  checkMessages,
  checkNames,
  checkTools,
  ModelName,
  type PostedLimits,
} from '../../posted-bounds.ts'
import { imagesOf } from '../../posted-images.ts'
import { PostedTools } from '../../posted-tools.ts'
import { MessageRoleSchema } from './schemas/conversation-schema.ts'
import { bodySchema, sharedEnum } from './schemas/shared-schema.ts'

const InputMessage = bodySchema('InputMessage', 'A message of a prompt.', {
  role: MessageRoleSchema,
  content: Type.String(),
  images: Type.Optional(Type.Array(Type.String(), { description: 'Base64.' })),
})

/** The body of a request that begins a turn. */
export const TurnBody = bodySchema('TurnBody', 'A prompt with its settings.', {
  input: Type.Union([Type.String(), Type.Array(InputMessage)], {
    description: "The user's text, or a list of messages; empty with `after` alone.",
  }),
  after: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description:
        'The `seq` of the message that the turn comes after, in a new branch where others follow it; 0: it begins anew. With an empty input, it answers this message of the user once more.',
    }),
  ),
  model: Type.Optional({
    ...ModelName,
    description: "Absent: the conversation's model, else the first one of the engine that can chat.",
  }),
  tools: Type.Optional({
    ...PostedTools,
    description: "The device's tools, which replace those of the conversation; absent: no change; []: none.",
  }),
  residentTools: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 128 }), {
      maxItems: 128,
      description:
        'Names of the resident tools that the model gets in this turn, in which * stands for any text; absent: all, []: none.',
    }),
  ),
  toolChoice: Type.Optional(
    Type.Union([
      sharedEnum(
        'ToolChoiceMode',
        "none: the model gets no tools in this turn; required: the turn's first answer is a call; auto: the model decides.",
        ['auto', 'none', 'required'],
      ),
      bodySchema('NamedTool', "The turn's first answer is a call of this tool.", {
        name: Type.String({ minLength: 1, maxLength: 64 }),
      }),
    ]),
  ),
  system: Type.Optional(Type.String({ description: "The conversation's system prompt from now on." })),
  options: Type.Optional({
    ...AnyObject,
    title: 'EngineOptions',
    description: 'Options of the engine, such as temperature.',
  }),
  format: Type.Optional(Type.Any({ description: 'The form of the reply: "json", or a JSON Schema.' })),
  think: Type.Optional(Type.Any({ description: 'Whether the model thinks, or how hard.' })),
  keepAlive: Type.Optional(
    Type.Union([Type.String(), Type.Number()], {
      description:
        'How long the engine keeps the model loaded: "10m", or seconds; 0: not at all, -1: for ever.',
    }),
  ),
  logprobs: Type.Optional(
    Type.Boolean({ description: 'true: the stream has `logprobs` events, where the engine reports them.' }),
  ),
  topLogprobs: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 20,
      description: 'With `logprobs`: how many of the most probable tokens each position has.',
    }),
  ),
  shift: Type.Optional(
    Type.Boolean({
      description:
        'false: a reply that fills the context ends; true: the oldest part of the context makes room.',
    }),
  ),
  truncate: Type.Optional(
    Type.Boolean({
      description:
        'true: the engine itself leaves out messages that do not fit the context, and says nothing.',
    }),
  ),
  whenBusy: Type.Optional(
    sharedEnum(
      'WhenBusy',
      'What to do while another turn of the conversation runs: wait for it, answer 409, or cancel it. Absent: queue.',
      ['queue', 'refuse', 'replace'],
    ),
  ),
  queueEvents: Type.Optional(
    Type.Boolean({
      description:
        'true: while the request waits for its conversation, its stream has `queued` events, without ids.',
    }),
  ),
})

/** A validated body. */
export type TurnBody = Static<typeof TurnBody>

/** Throws `invalid-request` where a body exceeds the limits, or has a name that is not well-formed Unicode. */
export function checkTurnBody(body: TurnBody, limits: PostedLimits): void {
  checkNames([body.model], 'model')
  if (body.input.length === 0 && typeof body.input !== 'string' && body.after === undefined) {
    const message = 'input: at least one message is expected, unless `after` names one to answer anew.'
    throw new ChatterdError('invalid-request', message)
  }
  if (typeof body.input !== 'string') checkMessages(body.input, ({ images = [] }) => images.length, limits)
  checkTools(body.tools, limits)
}

/** The messages that the turn adds to the log. Throws `invalid-request` for images that are none. */
export function turnMessages({ input }: TurnBody): NewMessage[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  return input.map(({ role, content, images }, index) => ({
    role,
    content,
    ...(images && { images: imagesOf(images, `input.${index}.images`) }),
  }))
}

/** The members of a body that are passed on to the engine. */
export function turnSettings(body: TurnBody): JsonObject {
  const { options, format, think, keepAlive, logprobs, topLogprobs, shift, truncate } = body
  const renamed = { keep_alive: keepAlive, top_logprobs: topLogprobs }
  const settings = Object.entries({ options, format, think, logprobs, shift, truncate, ...renamed })
  return Object.fromEntries(settings.filter(([, value]) => value !== undefined)) as JsonObject
}
