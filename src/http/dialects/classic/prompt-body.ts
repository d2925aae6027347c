import { type Static, Type } from 'typebox'
import type { JsonObject } from '../../../protocol/json.ts'
import type { ToolSchema } from '../../../protocol/tool-schema.ts'
import {
  AnyObject,
  ConversationName,
  checkMessages,
  checkNames,
  checkTools,
  ModelName,
  PostedFunction,
  type PostedLimits,
} from '../../posted-bounds.ts'
import { importMessages, resultOf } from './import-messages.ts'
import type { PostedResults } from './match-results.ts'

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

const PostedTool = Type.Object({
  type: Type.Optional(Type.Literal('function')),
  function: PostedFunction,
})

/** The body of POST /llmtools, /llmchat and /llmprep. Nulls are taken out before it is checked: they mean absent. */
export const PromptBody = Type.Object({
  appID: ConversationName,
  model: ModelName,
  messages: Type.Array(PostedMessage),
  stream: Type.Optional(Type.Boolean()),
  tools: Type.Optional(Type.Array(PostedTool)),
  options: Type.Optional(AnyObject),
  format: Type.Optional(Type.Any()),
  think: Type.Optional(Type.Any()),
  keep_alive: Type.Optional(Type.Any()),
})

/** A checked body. */
export type PromptBody = Static<typeof PromptBody>

/** A message of a checked body. */
export type PostedMessage = Static<typeof PostedMessage>

/** Throws `invalid-request` where a request brings more than it may, or names that the database cannot hold. */
export function checkBounds(body: PromptBody, limits: PostedLimits): void {
  checkNames([body.appID, body.model], 'appID and model')
  checkMessages(
    body.messages,
    ({ tool_calls = [], images = [] }) => tool_calls.length + images.length,
    limits,
  )
  checkTools(body.tools, limits)
}

/** The engine's own settings that a request may carry. */
export function promptSettings({ options, format, think, keep_alive }: PromptBody): JsonObject {
  const given = { options, format, think, keep_alive }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as JsonObject
}

/** The device tools that a request names; undefined where it names none, which leaves those of the conversation. */
export function promptTools(body: PromptBody): ToolSchema[] | undefined {
  return body.tools?.map(({ function: tool }) => ({ type: 'function', function: tool }) as ToolSchema)
}

/** The results in a request with the messages before them; undefined where it has none that are for calls of ours. */
export function resultsOf(messages: readonly PostedMessage[]): PostedResults | undefined {
  if (messages.at(-1)?.role !== 'tool') return undefined
  const results = messages.filter((message) => message.role === 'tool')
  const asked = messages.filter((message) => message.role === 'user' || message.role === 'system')
  return {
    prefix: importMessages(asked),
    results: results.map(resultOf),
  }
}
