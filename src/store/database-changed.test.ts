import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { databaseKinds } from '../../test/support/databases/database-kinds.ts'
import { type PostgresServer, startPostgres } from '../../test/support/databases/postgres-server.ts'
import { openTcpProxy } from '../../test/support/databases/tcp-proxy.ts'
import { createFor, schemaOf, stateWatch } from '../../test/support/databases/unopened-database.ts'
import { wireMessage } from '../../test/support/databases/wire-message.ts'
import { dayMs, issueAuthority, issueServerCertificate } from '../cli/issue-certificate.ts'
import { type Database, openDatabase } from './database.ts'

const one = { name: 'one', text: 'select 1 as one' }
const away = { code: 'database-unavailable' }

/** Who may log in, and how: the administrator always. https://www.postgresql.org/docs/current/auth-pg-hba-conf.html */
const loginsBy = (rule: string) => `host all postgres all trust\n${rule}\n`
const anyLogin = loginsBy('host all all all trust')

/** AuthenticationGSS: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const kerberosRequest = wireMessage('R', '\0\0\0\x07')

/** What an administrator may do to a database in use, and take back. */
interface Change {
  title: string
  make(): Promise<void>
  takeBack(): Promise<void>
  /** What the log says meanwhile. */
  reason: RegExp
}

describe('a PostgreSQL that is changed while it is in use, and changed back: chatterd goes on without a restart [database-back]', () => {
  let server: PostgresServer
  let database: Database
  const watch = stateWatch()
  const authority = issueAuthority(new Date())

  /** A certificate that was made `days` ago. */
  const certificate = async (days: number) => {
    const made = new Date(Date.now() - days * dayMs)
    const { cert, key } = await issueServerCertificate(await authority, ['127.0.0.1'], made)
    return { 'server.crt': cert, 'server.key': key }
  }

  before(async () => {
    server = await startPostgres()
    await server.run('create role chatterd login')
    await server.run('create database chat owner chatterd')
    await server.configure({ 'pg_hba.conf': anyLogin, ...(await certificate(0)) })
    await server.run('alter system set ssl = on')
    await server.configure({})
    const root = join(server.folder, 'root.crt')
    await writeFile(root, (await authority).cert)
    const url = new URL(server.url)
    Object.assign(url, { username: 'chatterd', password: '', pathname: '/chat' })
    url.search = `?sslmode=verify-full&sslrootcert=${root}`
    database = await openDatabase({
      source: { kind: 'postgresql', url: url.href },
      schema: schemaOf('create table chatterd.notes (n int)'),
      ...watch,
    })
    await database.whenReady
  })
  after(async () => {
    await database.close()
    await server.remove()
  })

  const changes: Change[] = [
    {
      title: 'the right to connect is revoked',
      make: () => server.run('revoke connect on database chat from public, chatterd'),
      takeBack: () => server.run('grant connect on database chat to chatterd'),
      reason: /permission denied for database "chat"/,
    },
    {
      title: 'TLS is switched off',
      make: async () => {
        await server.run('alter system set ssl = off')
        await server.configure({})
      },
      takeBack: async () => {
        await server.run('alter system set ssl = on')
        await server.configure({})
      },
      reason: /does not support SSL/,
    },
    {
      title: 'its certificate expires',
      make: async () => server.configure(await certificate(500)),
      takeBack: async () => server.configure(await certificate(0)),
      reason: /certificate has expired/,
    },
    {
      title: 'logins end with an error of an unknown code',
      make: () =>
        server.run(
          `create function refuse() returns event_trigger language plpgsql as $$
           begin if session_user = 'chatterd' then raise 'closed for today' using errcode = 'ZZ001'; end if; end $$;
           create event trigger refuse on login execute function refuse()`,
          'chat',
        ),
      takeBack: () => server.run('drop event trigger refuse; drop function refuse', 'chat'),
      reason: /closed for today/,
    },
    {
      title: 'logins need a password, which chatterd was not given',
      make: () => server.configure({ 'pg_hba.conf': loginsBy('host all all all scram-sha-256') }),
      takeBack: () => server.configure({ 'pg_hba.conf': anyLogin }),
      reason: /asks for a password/,
    },
    {
      title: 'the database has another name for a while',
      make: () => server.run('alter database chat rename to chat_under_repair'),
      takeBack: () => server.run('alter database chat_under_repair rename to chat'),
      reason: /database "chat" does not exist/,
    },
  ]

  /** Ends the connections of chatterd, as a restart or a network does. */
  const endConnections = () =>
    server.run(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'chatterd'`)

  for (const { title, make, takeBack, reason } of changes) {
    test(title, async () => {
      // A database can be renamed only while nobody uses it.
      await server.run('alter role chatterd nologin')
      await endConnections()
      await make()
      await server.run('alter role chatterd login')
      await watch.until((state) => !state.ready && reason.test(state.detail))
      await assert.rejects(database.query(one), away)
      await takeBack()
      await watch.until((state) => state.ready)
      assert.deepEqual(await database.query(one), [{ one: 1 }])
    })
  }
})

test('a PostgreSQL that asks for Kerberos, which chatterd does not have, makes the database unavailable, and ends nothing [database-back]', async (t) => {
  const { source, end } = await createFor(databaseKinds[1] ?? assert.fail())
  assert(source.kind === 'postgresql')
  const url = new URL(source.url)
  const proxy = await openTcpProxy(url.hostname, Number(url.port))
  url.host = `127.0.0.1:${proxy.port}`
  const watch = stateWatch()
  const database = await openDatabase({
    source: { kind: 'postgresql', url: url.href },
    schema: schemaOf('create table chatterd.notes (n int)'),
    ...watch,
  })
  t.after(async () => {
    await database.close()
    proxy.close()
    await end()
  })
  await database.whenReady
  proxy.respond(kerberosRequest)
  await watch.until((state) => !state.ready && /message type 7/.test(state.detail))
  await assert.rejects(database.query(one), away)
  proxy.open()
  await watch.until((state) => state.ready)
  assert.deepEqual(await database.query(one), [{ one: 1 }])
})
