/** A message of PostgreSQL's wire protocol: type (none in a start-up packet), length with itself, content in Latin-1. */
export function wireMessage(type: string, content = ''): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(content.length + 4)
  return Buffer.concat([Buffer.from(type), length, Buffer.from(content, 'latin1')])
}

/** Types of the messages in `bytes`, which must be whole. */
export function wireTypes(bytes: Buffer): string {
  let types = ''
  for (let at = 0; at < bytes.length; at += 1 + bytes.readUInt32BE(at + 1))
    types += bytes.toString('latin1', at, at + 1)
  return types
}
