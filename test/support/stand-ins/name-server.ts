import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import ipaddr from 'ipaddr.js'

/** What a name has, of whichever types: `alias` is the name that the addresses belong to. */
export type NameRecords = { addresses: string[]; alias?: string } | 'no-such-name' | 'silence'

/** A name server on this machine, and what asks it. */
export interface NameServer {
  /** The queries so far, such as `A www.test`. */
  queries: string[]
  /** Asks this server alone for both types of addresses, without a cache. */
  lookup(name: string): Promise<string[]>
  close(): Promise<void>
}

const types: Record<number, 'A' | 'AAAA'> = { 1: 'A', 28: 'AAAA' }
const codes = { a: 1, cname: 5, aaaa: 28 }

/** Starts a name server that answers each query, https://www.rfc-editor.org/rfc/rfc1035, with what `recordsOf` returns then. */
export async function startNameServer(recordsOf: (name: string) => NameRecords): Promise<NameServer> {
  const queries: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (message, { port, address }) => {
    const { name, type, question } = readQuestion(message)
    queries.push(`${types[type]} ${name}`)
    const records = recordsOf(name)
    if (records !== 'silence') socket.send(answer(message, question, type, records), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')

  const resolver = new Resolver({ timeout: 60_000, tries: 1 })
  resolver.setServers([`127.0.0.1:${socket.address().port}`])
  const lookup = async (name: string) => {
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)])
    if (ipv4.status === 'rejected' && ipv6.status === 'rejected') throw ipv4.reason
    return [ipv4, ipv6].flatMap((each) => (each.status === 'fulfilled' ? each.value : []))
  }
  const close = async () => {
    resolver.cancel()
    socket.close()
    await once(socket, 'close')
  }
  return { queries, lookup, close }
}

function readQuestion(message: Buffer): { name: string; type: number; question: Buffer } {
  const labels: string[] = []
  let at = 12
  for (let length = message.readUInt8(at); length > 0; length = message.readUInt8(at)) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return {
    name: labels.join('.').toLowerCase(),
    type: message.readUInt16BE(at + 1),
    question: message.subarray(12, at + 5),
  }
}

function answer(
  query: Buffer,
  question: Buffer,
  type: number,
  records: Exclude<NameRecords, 'silence'>,
): Buffer {
  const entries: Buffer[] = []
  if (records !== 'no-such-name') {
    // 0xc00c points to the name of the question.
    const owner = records.alias === undefined ? Buffer.from([0xc0, 0x0c]) : encodeName(records.alias)
    if (records.alias !== undefined) entries.push(record(Buffer.from([0xc0, 0x0c]), codes.cname, owner))
    for (const address of records.addresses) {
      const parsed = ipaddr.parse(address)
      const addressType = parsed.kind() === 'ipv4' ? codes.a : codes.aaaa
      if (addressType === type) entries.push(record(owner, type, Buffer.from(parsed.toByteArray())))
    }
  }
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  // A response, recursion desired and available; code 3 is "no such name".
  header.writeUInt16BE(0x8180 | (records === 'no-such-name' ? 3 : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(entries.length, 6)
  return Buffer.concat([header, question, ...entries])
}

/** A record that may not be kept. */
function record(owner: Buffer, type: number, data: Buffer): Buffer {
  const fields = Buffer.alloc(10)
  fields.writeUInt16BE(type, 0)
  fields.writeUInt16BE(1, 2)
  fields.writeUInt16BE(data.length, 8)
  return Buffer.concat([owner, fields, data])
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`))
  return Buffer.concat([...labels, Buffer.from([0])])
}
