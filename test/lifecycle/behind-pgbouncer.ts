import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { beginTurn, join } from '../support/clients/native/client.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { type PgBouncer, startPgBouncer } from '../support/databases/pgbouncer.ts'
import { type PostgresServer, startPostgres } from '../support/databases/postgres-server.ts'
import { done, pauses, says, text } from '../support/stand-ins/ollama-replies.ts'
import { openServers } from './servers.ts'

// `npm run test:pgbouncer`: needs PgBouncer on this machine.

const postgres: PostgresServer = await startPostgres()
const pgbouncers: Record<'session' | 'transaction', PgBouncer> = {
  session: await startPgBouncer(postgres.url, 'session'),
  transaction: await startPgBouncer(postgres.url, 'transaction'),
}
after(async () => {
  for (const pgbouncer of Object.values(pgbouncers)) await pgbouncer.close()
  await postgres.remove()
})
process.env.CHATTERD_TEST_DATABASE_URL = `${postgres.url}postgres`

const [, direct] = databaseKinds
assert(direct)

describe('two processes behind PgBouncer', () => {
  for (const [mode, settings, notified] of [
    ['transaction', {}, false],
    ['transaction', { CHATTERD_DATABASE_POOLING: 'transaction' }, false],
    ['transaction', { DATABASE_LISTEN_URL: 'past the pooler' }, true],
    ['session', {}, false],
    ['session', { CHATTERD_DATABASE_POOLING: 'session' }, true],
  ] as const) {
    const title = Object.entries(settings).map((setting) => setting.join('='))
    test(`in ${mode} mode${title.length ? ` with ${title}` : ''} serve many prompts at once, and each other's streams`, async (t) => {
      const source = await direct.create({ after: (end) => t.after(end) })
      assert(source.kind === 'postgresql')
      await using servers = await openServers(t.signal)
      const env = {
        CHATTERD_LEASE: '30s',
        ...settings,
        ...('DATABASE_LISTEN_URL' in settings && { DATABASE_LISTEN_URL: source.url }),
      }
      const url = pgbouncers[mode].through(source.url)
      const started = [servers.start({ ...source, url }, env), servers.start({ ...source, url }, env)]
      const [one = '', two = ''] = await Promise.all(started.map((server) => server.url))
      const { model } = servers
      const names = Array.from({ length: 40 }, (_, index) => `behind-${index}`)
      model.replies(...names.map(() => says('It is ', "the quote's ' and \\ the end.")))
      await Promise.all(
        names.map(async (name, index) => {
          const stream = beginTurn(index % 2 ? one : two, name, {
            input: `it's ${name} \\`,
            model: model.name,
          })
          assert.equal(await stream.over, 'ended')
          stream.record.endedAs('completed')
          assert.equal(stream.record.text, "It is the quote's ' and \\ the end.")
        }),
      )

      const gate = Promise.withResolvers<void>()
      model.replies(pauses([text('begun')], gate.promise, [text(' and done'), done()]))
      const stream = beginTurn(one, 'followed', { input: 'go on', model: model.name })
      await stream.until((event) => event.name === 'text-delta')
      const follower = join(two, String(stream.record.turn))
      await follower.until((event) => event.name === 'text-delta')
      gate.resolve()
      assert.equal(await follower.over, 'ended')
      assert.equal(follower.record.text, 'begun and done')

      const exits = started.map(async (server) => {
        server.kill('SIGTERM')
        return (await server.exit).errors
      })
      for (const errors of await Promise.all(exits))
        assert.equal(/DATABASE_LISTEN_URL/.test(errors), !notified, errors)
    })
  }
})
