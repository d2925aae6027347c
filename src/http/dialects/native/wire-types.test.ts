import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Static, TSchema } from 'typebox'
import type {
  DeviceToolData,
  ListedConversation,
  MessageData,
} from '../../../protocol/native/conversation.ts'
import type { CallData, ErrorData, TurnData } from '../../../protocol/native/turn.ts'
import type { ConversationSchema, DeviceToolSchema, MessageSchema } from './schemas/conversation-schema.ts'
import type { ErrorDetailSchema } from './schemas/problem-schema.ts'
import type { CallSchema, TurnSchema } from './schemas/turn-schema.ts'

/** True where two types have the same values, and the same members, the optional ones included. */
type Same<One, Other> = [One, keyof One, Other, keyof Other] extends [Other, keyof Other, One, keyof One]
  ? true
  : false

/** The compiler refuses a schema and a type that differ. */
const agree = <Schema extends TSchema, Data>(same: Same<Static<Schema>, Data>) => assert.ok(same)

test('conversations, messages, turns and calls are the same in the OpenAPI document and in the types of clients', () => {
  agree<typeof ConversationSchema, ListedConversation>(true)
  agree<typeof DeviceToolSchema, DeviceToolData>(true)
  agree<typeof MessageSchema, MessageData>(true)
  agree<typeof TurnSchema, TurnData>(true)
  agree<typeof CallSchema, CallData>(true)
  agree<typeof ErrorDetailSchema, ErrorData>(true)
})
