import type { ConversationKey } from '../../../protocol/conversation-key.ts'

/** The path below which all routes of the native dialect are. */
export const nativePrefix = '/chatterd/v1'

/** There are no accounts yet: all conversations belong to the tenant with the empty name. */
export const tenant = ''

/** The conversation of this name. */
export function conversationKey(name: string): ConversationKey {
  return { tenant, name }
}
