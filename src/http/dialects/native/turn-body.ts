import { type Static, Type } from 'typebox'
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
import { PostedTools } from './device-tools-body.ts'
import { sharedSchema } from './schemas/shared-schema.ts'

const InputMessage = Type.Object({
  role: Type.Enum(['system', 'user', 'assistant']),
  content: Type.String(),
  images: Type.Optional(Type.Array(Type.String(), { description: 'Base64.' })),
})

/** The body that begins a turn. */
export const TurnBody = sharedSchema('TurnBody', 'What begins a turn. What is unknown is ignored.', {
  input: Type.Union([Type.String(), Type.Array(InputMessage, { minItems: 1 })], {
    description: "The user's words, or messages.",
  }),
  model: Type.Optional({
    ...ModelName,
    description: "Absent: the conversation's, else the first that the engine has.",
  }),
  tools: Type.Optional({
    ...PostedTools,
    description: "The device's tools; absent: those it gave last; []: none.",
  }),
  toolChoice: Type.Optional(
    Type.Enum(['auto', 'none'], { description: 'none: the model is offered no tools.' }),
  ),
  system: Type.Optional(Type.String({ description: "The conversation's system prompt from now on." })),
  options: Type.Optional({ ...AnyObject, description: "The engine's own, such as temperature." }),
  format: Type.Optional(Type.Any({ description: 'What form the answer has: "json", or a JSON Schema.' })),
  think: Type.Optional(Type.Any({ description: 'Whether the model thinks, or how hard.' })),
  whenBusy: Type.Optional(
    Type.Enum(['queue', 'refuse', 'replace'], {
      description: 'Where another turn runs; queue where it is absent.',
    }),
  ),
})

/** A checked body. */
export type TurnBody = Static<typeof TurnBody>

/** Throws `invalid-request` where a body brings more than it may, or a name that the database cannot hold. */
export function checkTurnBody(body: TurnBody, limits: PostedLimits): void {
  checkNames([body.model], 'model')
  if (typeof body.input !== 'string') checkMessages(body.input, ({ images = [] }) => images.length, limits)
  checkTools(body.tools, limits)
}

/** What the turn adds to the log. */
export function turnMessages({ input }: TurnBody): NewMessage[] {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  return input.map(({ role, content, images }) => ({ role, content, ...(images && { images }) }))
}

/** The engine's own settings that a body carries. */
export function turnSettings({ options, format, think }: TurnBody): JsonObject {
  const given = Object.entries({ options, format, think })
  return Object.fromEntries(given.filter(([, value]) => value !== undefined)) as JsonObject
}
