/** The largest exchange, in bytes; PostgreSQL itself allows 1 GiB. */
const defaultMaxExchangeBytes = 256 * 1024 * 1024

const char = (letter: string) => letter.charCodeAt(0)
/** The types of messages that end an exchange: Query, Sync. */
const endTypes = new Set(['Q', 'S'].map(char))
/** The types of messages that come before the end: Parse, Bind, Describe, Execute, Close. */
const innerTypes = new Set(['P', 'B', 'D', 'E', 'C'].map(char))
const terminate = char('X')

/**
 * Splits what a client writes into exchanges: whole messages, up to one that makes the database respond. The returned function takes
 * a chunk, which may begin and end anywhere, and returns the exchanges that it completes, in order, each in memory of its own. The
 * first exchange of a connection is its start-up packet. Terminate messages are left out. Throws on messages that the embedded
 * database cannot respond to (those of COPY, for example), and on exchanges above `maxBytes`.
 *
 * Messages: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function createExchangeReader(maxBytes = defaultMaxExchangeBytes) {
  /** Bytes of an exchange that is not complete. Joined only when a message is complete, so that large ones are copied once. */
  let chunks: Buffer[] = []
  let bytes = 0
  /** Offset in these bytes of the first message that was not read yet, and how many bytes are needed to read it. */
  let next = 0
  let needed = 0
  let started = false

  return function read(chunk: Buffer): Uint8Array<ArrayBuffer>[] {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes < needed) return []
    const data = chunks.length === 1 ? chunk : Buffer.concat(chunks)
    const exchanges: Uint8Array<ArrayBuffer>[] = []
    let begin = 0
    let end = messageEnd(data, next, started)
    for (; end <= data.length; end = messageEnd(data, next, started)) {
      const type = started ? data[next] : undefined
      started = true
      next = end
      if (end - begin > maxBytes) throw tooLarge(end - begin, maxBytes)
      if (type === terminate) begin = end
      else if (type === undefined || endTypes.has(type)) {
        exchanges.push(new Uint8Array(data.subarray(begin, end)))
        begin = end
      } else if (!innerTypes.has(type)) {
        throw new Error(
          `The embedded database takes no messages of type ${JSON.stringify(String.fromCharCode(type))}`,
        )
      }
    }
    if (end - begin > maxBytes) throw tooLarge(end - begin, maxBytes)
    chunks = begin < data.length ? [data.subarray(begin)] : []
    bytes = data.length - begin
    next -= begin
    needed = end - begin
    return exchanges
  }
}

/** The offset at which the message at `begin` ends; where its length has not come yet, the end of the length. */
function messageEnd(data: Buffer, begin: number, hasType: boolean): number {
  const lengthAt = begin + (hasType ? 1 : 0)
  if (data.length < lengthAt + 4) return lengthAt + 4
  // The length includes itself.
  return lengthAt + Math.max(4, data.readUInt32BE(lengthAt))
}

function tooLarge(bytes: number, maxBytes: number): Error {
  return new Error(`${bytes} bytes at once are too many for the embedded database; it takes ${maxBytes}`)
}
