import { spawn } from 'node:child_process'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endWithParent } from '../processes/end-with-parent.ts'
import { listen } from '../stand-ins/local-server.ts'

/** A PgBouncer before a PostgreSQL. */
export interface PgBouncer {
  /** The address of a database through it. */
  through(url: string): string
  close(): Promise<void>
}

/** Where Debian keeps it, which is not on the path of every user. */
const path = `${process.env.PATH}:/usr/sbin:/sbin`

/** It refuses to run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** Starts the PgBouncer of this machine. `server`: the address of PostgreSQL, whose administrator needs no password. */
export async function startPgBouncer(server: string, mode: 'session' | 'transaction'): Promise<PgBouncer> {
  const { hostname, port } = new URL(server)
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-pgbouncer-'))
  if (nobody.uid !== undefined) await chown(folder, nobody.uid, nobody.gid)
  const own = await freePort()
  const file = join(folder, 'pgbouncer.ini')
  // Few connections, so that clients share them at once.
  await writeFile(
    file,
    `[databases]
* = host=${hostname} port=${port} user=${new URL(server).username}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${mode === 'transaction' ? 4 : 50}
max_client_conn = 500
`,
  )
  const child = spawn('pgbouncer', [file], {
    ...nobody,
    env: { PATH: path },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  endWithParent(child)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let log = ''
    child.stderr.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4_000)
      if (log.includes('process up')) resolve()
    })
    child.once('error', () =>
      reject(new Error('pgbouncer is not installed: `apt-get install pgbouncer`, or the like, installs it.')),
    )
    child.once('exit', () => reject(new Error(`pgbouncer did not start: ${log}`)))
  })
  return {
    through(url) {
      const through = new URL(url)
      through.host = `127.0.0.1:${own}`
      return through.href
    },
    async close() {
      child.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  const { port } = new URL(await listen(server))
  await new Promise((resolve) => server.close(resolve))
  return Number(port)
}
