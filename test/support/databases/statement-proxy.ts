import { connect, createServer, type Socket } from 'node:net'
import { listen } from '../stand-ins/local-server.ts'

/** What is lost with the connection: the statement, which never arrives; or its response, after it was carried out. */
export type Loss = 'statement' | 'response'

/** A proxy between a process and its PostgreSQL that breaks a connection in the middle of a statement. */
export interface StatementProxy {
  /** The database's address through the proxy. */
  url: string
  /** Loses the next statements that call this function of the schema. */
  loses(name: string, loss: Loss, times?: number): void
  /** How many statements it has lost. */
  readonly lost: number
  close(): void
}

/** Opens a proxy before the PostgreSQL of this address. */
export async function openStatementProxy(database: string): Promise<StatementProxy> {
  const target = new URL(database)
  const losses: { needle: Buffer; loss: Loss }[] = []
  const sockets = new Set<Socket>()
  let lost = 0

  const server = createServer((inside) => {
    const outside = connect(Number(target.port), target.hostname)
    let losing = false
    const end = () => {
      inside.destroy()
      outside.destroy()
    }
    for (const socket of [inside, outside]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    inside.on('data', (bytes: Buffer) => {
      // Statements are prepared under the name of their function: it is near the start of each message.
      const found = losses.findIndex(({ needle }) => bytes.includes(needle))
      const [planned] = found < 0 ? [] : losses.splice(found, 1)
      if (planned) lost += 1
      if (planned?.loss === 'statement') return end()
      losing ||= planned !== undefined
      outside.write(bytes)
    })
    outside.on('data', (bytes: Buffer) => {
      // The response ends only after the transaction: it is committed by now.
      if (!losing) inside.write(bytes)
      else if (isReady(bytes)) end()
    })
  })
  const through = new URL(database)
  through.host = new URL(await listen(server)).host
  return {
    url: through.href,
    loses(name, loss, times = 1) {
      for (let time = 0; time < times; time++) losses.push({ needle: Buffer.from(`${name}\0`), loss })
    },
    get lost() {
      return lost
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** True where bytes from PostgreSQL end with ReadyForQuery, https://www.postgresql.org/docs/current/protocol-message-formats.html */
function isReady(bytes: Buffer): boolean {
  return bytes.subarray(-6, -1).equals(Buffer.from([0x5a, 0, 0, 0, 5]))
}
