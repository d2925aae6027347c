import { type Static, Type } from 'typebox'
import type { JsonObject } from '../../../protocol/json.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import {
  AnyObject,
  ConversationName,
  checkConversationName,
  checkMessages,
  checkNames,
  checkTools,
  ModelName,
  type PostedLimits,
} from '../../posted-bounds.ts'
import { deviceToolSchemas, PostedTools } from '../../posted-tools.ts'

const PostedCall = Type.Object({
  id: Type.Optional(Type.String()),
  function: Type.Object({ name: Type.String(), arguments: Type.Optional(Type.Any()) }),
})

const PostedMessage = Type.Object({
  role: Type.Union([
    Type.Literal('system'),
    Type.Literal('user'),
    Type.Literal('assistant'),
    Type.Literal('tool'),
  ]),
  content: Type.Optional(Type.String()),
  thinking: Type.Optional(Type.String()),
  images: Type.Optional(Type.Array(Type.String())),
  tool_calls: Type.Optional(Type.Array(PostedCall)),
  tool_name: Type.Optional(Type.String()),
  tool_call_id: Type.Optional(Type.String()),
})

/** The body of `POST /llmtools`, `/llmchat` and `/llmprep`, after members that are null were removed. */
export const PromptBody = Type.Object({
  appID: ConversationName,
  model: ModelName,
  messages: Type.Array(PostedMessage),
  stream: Type.Optional(Type.Boolean()),
  tools: Type.Optional(PostedTools),
  options: Type.Optional(AnyObject),
  format: Type.Optional(Type.Any()),
  think: Type.Optional(Type.Any()),
  keep_alive: Type.Optional(Type.Any()),
  logprobs: Type.Optional(Type.Any()),
  top_logprobs: Type.Optional(Type.Any()),
  shift: Type.Optional(Type.Any()),
  truncate: Type.Optional(Type.Any()),
})

/** A validated body. */
export type PromptBody = Static<typeof PromptBody>

/** A message of a validated body. */
export type PostedMessage = Static<typeof PostedMessage>

/** Throws `invalid-request` where a body exceeds the limits, or has names that are not well-formed Unicode. */
export function checkBounds(body: PromptBody, limits: PostedLimits): void {
  checkNames([body.appID, body.model], 'appID and model')
  checkConversationName(body.appID, 'appID')
  checkMessages(
    body.messages,
    ({ tool_calls = [], images = [] }) => tool_calls.length + images.length,
    limits,
  )
  checkTools(body.tools, limits)
}

/** The members of a body that are passed on to the engine. */
export function promptSettings(body: PromptBody): JsonObject {
  const { options, format, think, keep_alive, logprobs, top_logprobs, shift, truncate } = body
  const given = { options, format, think, keep_alive, logprobs, top_logprobs, shift, truncate }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as JsonObject
}

/** The device tools of a body; undefined where it has no list, which leaves the conversation's tools as they are. */
export function promptTools({ tools }: PromptBody): ToolSchema[] | undefined {
  return tools && deviceToolSchemas(tools)
}
