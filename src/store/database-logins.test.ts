import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { type PostgresServer, startPostgres } from '../../test/support/databases/postgres-server.ts'
import { schemaOf } from '../../test/support/databases/unopened-database.ts'
import { startServer } from '../../test/support/processes/child-server.ts'
import { shared } from '../../test/support/shared.ts'
import { issueAuthority, issueServerCertificate } from '../cli/issue-certificate.ts'
import { openDatabase } from './database.ts'

const encrypted = {
  name: 'encrypted',
  text: 'select ssl from pg_stat_ssl where pid = pg_backend_pid()',
}

/** A server with TLS, and its URLs. */
interface World {
  server: PostgresServer
  url(parameters?: Record<string, string>, host?: string): string
  /** Files with the authority of its certificate, which is for localhost alone; and with another one. */
  root: string
  otherRoot: string
}

const world = shared(async (rooms): Promise<World> => {
  const server = await startPostgres()
  rooms.defer(() => server.remove())
  const [authority, other] = [await issueAuthority(new Date()), await issueAuthority(new Date())]
  const { cert, key } = await issueServerCertificate(authority, ['localhost'], new Date())
  const [root, otherRoot] = [join(server.folder, 'root.crt'), join(server.folder, 'other.crt')]
  await writeFile(root, authority.cert)
  await writeFile(otherRoot, other.cert)
  await server.run(`create role ann login superuser password 'right'`)
  await server.run('create database chat')
  await server.run(
    `create database latin template template0 encoding 'LATIN1' locale_provider libc locale 'C'`,
  )
  const logins = 'host all postgres all trust\nhost all all all scram-sha-256\nlocal all all scram-sha-256\n'
  await server.configure({ 'server.crt': cert, 'server.key': key, 'pg_hba.conf': logins })
  return {
    ...{ server, root, otherRoot },
    url(parameters = {}, host = '127.0.0.1') {
      const { port } = new URL(server.url)
      return `postgres://ann:right@${host}:${port}/chat?${new URLSearchParams(parameters)}`
    },
  }
})

async function tls(mode: 'on' | 'off'): Promise<void> {
  await world().server.run(`alter system set ssl = ${mode}`)
  await world().server.configure({})
}

/** Opens the database of a URL. Rejects where the start of a server would fail. */
async function open(t: TestContext, url: string) {
  const schema = schemaOf('create table chatterd.notes (n int)')
  const database = await openDatabase({ source: { kind: 'postgresql', url }, schema })
  t.after(() => database.close())
  await database.whenReady
  return database
}

async function isEncrypted(t: TestContext, url: string): Promise<boolean | undefined> {
  const database = await open(t, url)
  return (await database.query<{ ssl: boolean }>(encrypted))[0]?.ssl
}

describe('sslmode means what it means to the other programs of PostgreSQL', () => {
  test('where the server has TLS', async (t) => {
    const { url, root, otherRoot } = world()
    await tls('on')
    for (const [mode, expected] of Object.entries({ disable: false, prefer: true, require: true }))
      assert.equal(await isEncrypted(t, url({ sslmode: mode })), expected, mode)
    const sslrootcert = root
    assert.equal(await isEncrypted(t, url({ sslmode: 'verify-ca', sslrootcert })), true)
    assert.equal(await isEncrypted(t, url({ sslmode: 'verify-full', sslrootcert }, 'localhost')), true)
    await assert.rejects(
      open(t, url({ sslmode: 'verify-full', sslrootcert })),
      /127\.0\.0\.1 is not in the cert/,
    )
    for (const sslmode of ['require', 'verify-ca', 'verify-full'])
      await assert.rejects(open(t, url({ sslmode, sslrootcert: otherRoot }, 'localhost')), /certificate/)
  })

  test('where the server has none', async (t) => {
    const { url } = world()
    await tls('off')
    for (const sslmode of ['disable', 'allow', 'prefer'])
      assert.equal(await isEncrypted(t, url({ sslmode })), false, sslmode)
    for (const sslmode of ['require', 'verify-full'])
      await assert.rejects(open(t, url({ sslmode })), /does not support SSL/)
  })

  test('another word is refused with the right ones', async (t) => {
    const expected = /sslmode=requires .*expected one of disable, allow, prefer, require, verify-ca/
    await assert.rejects(open(t, world().url({ sslmode: 'requires' })), expected)
  })

  test('a parameter that does not exist is refused, and one that hosting services add is taken', async (t) => {
    const { url } = world()
    await assert.rejects(open(t, url({ sslmod: 'require' })), /sslmod .*; did you mean sslmode\?/)
    await assert.rejects(open(t, url({ nonsense: '1' })), /nonsense in the URL of the database/)
    await open(t, url({ application_name: 'x', connect_timeout: '10', target_session_attrs: 'any' }))
  })

  test('a file that cannot be read is named', async (t) => {
    const missing = world().url({ sslmode: 'verify-full', sslrootcert: '/nowhere/root.crt' })
    await assert.rejects(open(t, missing), /no such file.*\/nowhere\/root\.crt/)
  })
})

test('a Unix socket is used, whose folder is the host', async (t) => {
  const { url, server } = world()
  for (const sslmode of ['require', 'prefer']) {
    const database = await open(t, url({ host: server.folder, sslmode }))
    const text = 'select client_addr from pg_stat_activity where pid = pg_backend_pid()'
    assert.deepEqual(await database.query({ name: 'address', text }), [{ client_addr: null }])
  }
  assert.equal(await isEncrypted(t, url({}, encodeURIComponent(server.folder))), false)
})

test('a server that cannot be right ends at its start, and says why in one line', async (t) => {
  await tls('off')
  const base = new URL(world().url())
  const changed = (change: Partial<URL>) => Object.assign(new URL(base), change).href
  for (const [url, expected] of [
    [changed({ password: 'wrong' }), 'password authentication failed for user "ann"'],
    [changed({ password: '' }), 'it asks for a password, and its URL has none'],
    [changed({ pathname: '/nowhere' }), 'database "nowhere" does not exist'],
    [changed({ search: '?sslmode=require' }), 'The server does not support SSL connections'],
  ] as const) {
    const { errors, code } = await startServer({ DATABASE_URL: url, CHATTERD_ENGINE: 'demo' }, t.signal).exit
    assert.equal(
      errors,
      `chatterd cannot start: The database cannot be used: ${expected} (setting DATABASE_URL).\n`,
    )
    assert.equal(code, 1)
  }
  const latin = { DATABASE_URL: changed({ pathname: '/latin' }), CHATTERD_ENGINE: 'demo' }
  const { errors } = await startServer(latin, t.signal).exit
  assert.match(
    errors,
    /^chatterd cannot start: The encoding of the database is LATIN1; chatterd needs UTF8\. .*\n$/,
  )
})

test('a server over TLS writes nothing but its first lines', async (t) => {
  await tls('on')
  await world().server.run('create database served')
  const DATABASE_URL = world().url({ sslmode: 'require' }).replace('/chat', '/served')
  const server = startServer({ DATABASE_URL, CHATTERD_ENGINE: 'demo' }, t.signal)
  await server.url
  server.kill('SIGTERM')
  assert.doesNotMatch((await server.exit).errors, /warning|deprecat/i)
})
