import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import { generate } from 'selfsigned'
import { onPlainHttp } from './plain-http.ts'

test('a client that speaks plain HTTP to a port that speaks TLS is reported', async (t) => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }])
  const app = fastify({ http2: true, https: { allowHTTP1: true, cert, key } })
  t.after(() => app.close())
  const reported = Promise.withResolvers<string | undefined>()
  onPlainHttp(app as unknown as FastifyInstance, reported.resolve)
  await app.listen({ host: '127.0.0.1', port: 0 })
  await assert.rejects(fetch(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`))
  assert.equal(await reported.promise, '127.0.0.1')
})
