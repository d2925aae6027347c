/** Names that the server does not take. */
const longest = 155

/** The address of a conversation in this page: `#/c/NAME`. */
export function conversationHash(name: string): string {
  return `#/c/${encodeURIComponent(name)}`
}

/** The name of the conversation that an address is of; undefined where it is of none. */
export function conversationOfHash(hash: string): string | undefined {
  const [, encoded] = /^#\/c\/([^/?]+)$/.exec(hash) ?? []
  if (encoded === undefined) return undefined
  try {
    const name = decodeURIComponent(encoded)
    return name.length > longest || name === '.' || name === '..' ? undefined : name
  } catch {
    return undefined
  }
}

/** A name for a new conversation that no other one has. */
export function newName(random: Uint8Array = crypto.getRandomValues(new Uint8Array(10))): string {
  return [...random].map((byte) => (byte % 36).toString(36)).join('')
}
