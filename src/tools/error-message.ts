const maxCauses = 4

/**
 * The message of a thrown value and those of its causes, for the model, never a stack: `fetch failed: connect ECONNREFUSED
 * 127.0.0.1:80`. It never throws.
 */
export function errorMessage(thrown: unknown): string {
  try {
    const message = thrown instanceof Error ? withCauses(thrown) : thrown
    if (typeof message === 'string' && message.trim() !== '') return message
  } catch {
    // A getter or a proxy can throw.
  }
  return 'it gave no reason'
}

function withCauses(error: Error): string {
  const messages = [ownMessage(error)]
  // An error may be among its own causes.
  for (let { cause } = error; cause instanceof Error && messages.length <= maxCauses; { cause } = cause) {
    const message = ownMessage(cause)
    if (!messages.some((each) => each.includes(message))) messages.push(message)
  }
  return messages.filter((message) => message !== '').join(': ')
}

/** Where a host name has several addresses, the error of a connection has a code and no message. */
function ownMessage(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return error.message.trim() === '' ? code : error.message
}
