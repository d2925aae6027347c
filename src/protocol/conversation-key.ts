/** Identifies a conversation: the name of its tenant, and its own. */
export interface ConversationKey {
  tenant: string
  name: string
}

/** The same as one string, for keys of maps. */
export function keyOf({ tenant, name }: ConversationKey): string {
  return JSON.stringify([tenant, name])
}
