import type { ConversationKey } from '../../../protocol/conversation-key.ts'

/** Where the native dialect lies. */
export const nativePrefix = '/chatterd/v1'

/** There are no accounts yet: all conversations belong to the tenant without a name. */
export const tenant = ''

/** The conversation of this name. */
export function conversationKey(name: string): ConversationKey {
  return { tenant, name }
}
