const maxMessages = 5

/**
 * What an error says, and then what its causes say that is not said before: `fetch failed`, `connect ECONNREFUSED 127.0.0.1:80`. At most
 * five, none empty.
 */
export function errorMessages(error: Error): string[] {
  const messages: string[] = []
  let next: unknown = error
  // An error may be among its own causes.
  for (let count = 0; next instanceof Error && count < maxMessages; count++) {
    const message = ownMessage(next)
    // The message of JSON.parse quotes what it could not read.
    const isQuote = next instanceof SyntaxError && next !== error
    if (!isQuote && !messages.some((each) => each.includes(message))) messages.push(message)
    next = next.cause
  }
  return messages.filter((message) => message !== '')
}

/** Where a host name has several addresses, the error of a connection has a code and no message. */
function ownMessage(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return error.message.trim() === '' ? code : error.message
}
