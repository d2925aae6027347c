/** Which conversation: its tenant's name, and its own. */
export interface ConversationKey {
  tenant: string
  name: string
}

/** Names a conversation among all, as a key of maps. */
export function keyOf({ tenant, name }: ConversationKey): string {
  return JSON.stringify([tenant, name])
}
