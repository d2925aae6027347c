/** Largest exchange that is taken, in bytes; PostgreSQL itself ends at 1 GiB. */
const defaultMaxExchangeBytes = 256 * 1024 * 1024

const char = (letter: string) => letter.charCodeAt(0)
/** Messages that ask for an answer, and end an exchange: Query, Sync. */
const asking = new Set(['Q', 'S'].map(char))
/** Messages that wait for the next asking one: Parse, Bind, Describe, Execute, Close. */
const gathering = new Set(['P', 'B', 'D', 'E', 'C'].map(char))
const terminate = char('X')

/**
 * Puts together what a client writes, cut at any byte, into exchanges: whole messages up to one that asks for an answer.
 * Returns a function that takes a chunk and gives the exchanges which it completed, in order, each in memory of its own; the
 * first one of a connection is its start-up packet. Terminate is left out. Throws on what the embedded database cannot
 * answer: other messages (those of COPY among them), and exchanges above `maxBytes`.
 *
 * Messages: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function createExchangeReader(maxBytes = defaultMaxExchangeBytes) {
  /** What belongs to no whole exchange yet. Joined only when a message is whole, so that large ones are copied once. */
  let chunks: Buffer[] = []
  let bytes = 0
  /** Where in it the first message begins that has not been looked at, and how many bytes must be there to do so. */
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
      else if (type === undefined || asking.has(type)) {
        exchanges.push(new Uint8Array(data.subarray(begin, end)))
        begin = end
      } else if (!gathering.has(type)) {
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

/** Where the message at `begin` ends; where its length has not come yet, the end of the length. */
function messageEnd(data: Buffer, begin: number, typed: boolean): number {
  const lengthAt = begin + (typed ? 1 : 0)
  if (data.length < lengthAt + 4) return lengthAt + 4
  // The length counts itself.
  return lengthAt + Math.max(4, data.readUInt32BE(lengthAt))
}

function tooLarge(bytes: number, maxBytes: number): Error {
  return new Error(`${bytes} bytes at once are too many for the embedded database; it takes ${maxBytes}`)
}
