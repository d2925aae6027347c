import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { suite, type TestContext, test } from 'node:test'
import { serve } from '../../../test/support/stand-ins/local-server.ts'
import type { ToolRequest } from './first-hop.ts'
import { createGuardedRequest } from './guarded-request.ts'

interface Received {
  host: string | undefined
  method: string | undefined
  path: string | undefined
  headers: IncomingHttpHeaders
  body: string
}

/** A server for all names ending in `.public.test`, which redirects as its path says: `/303/http%3A%2F%2F…`. */
async function startWorld(t: TestContext) {
  const received: Received[] = []
  const web = await serve(async (request, response) => {
    const { method, url: path, headers } = request
    let body = ''
    for await (const chunk of request) body += chunk
    received.push({ host: headers.host, method, path, headers, body })
    const [, status, location] = /^\/(\d+)\/(.*)$/.exec(path ?? '') ?? []
    if (status === undefined) return response.end('the end')
    // As common servers send it: UTF-8, which Node would refuse.
    const bytes = Buffer.from(decodeURIComponent(location ?? '')).toString('latin1')
    response.writeHead(Number(status), { location: bytes })
    // Nobody waits for the end of a body.
    if (method === 'HEAD' || status === '304') response.end()
    else response.write('moved')
  })
  const lookups: string[] = []
  const send = createGuardedRequest([], {
    lookup: async (name) => {
      lookups.push(name)
      if (name.endsWith('.public.test')) return ['127.0.0.1']
      if (name.endsWith('.private.test')) return ['10.0.0.1']
      throw new Error('ENOTFOUND')
    },
    isPublic: (address) => address === '127.0.0.1',
  })
  t.after(() => web.close())
  const { port } = new URL(web.url)
  const at = (name: string) => `http://${name}.public.test:${port}`
  const go = (url: string, request: Partial<ToolRequest> = {}) =>
    send({ url, maxBytes: 1000, signal: t.signal, ...request })
  return { received, lookups, at, go, port }
}

const via = (status: number, url: string) => `/${status}/${encodeURIComponent(url)}`

suite('redirects of tool requests', () => {
  test('a redirect to what is not public is refused, in words that do not say what is there', async (t) => {
    const world = await startWorld(t)
    const targets = [
      ...[
        'http://10.0.0.1/',
        'http://[::1]/',
        'http://169.254.169.254/latest/meta-data/',
        'http://2886729729/',
      ],
      ...[
        'http://db.private.test/',
        'http://unknown.test/',
        '//10.0.0.1/',
        'https://[::ffff:7f00:1]/',
        'http://0/',
      ],
      ...[
        'file:///etc/passwd',
        'ftp://a.public.test/',
        'http://user:secret@a.public.test/',
        'http://[fe80::1%25eth0]/',
      ],
    ]
    for (const target of targets) {
      for (const status of [301, 302, 303, 307, 308]) {
        await assert.rejects(
          world.go(world.at('a') + via(status, target)),
          {
            code: 'tool-service-failed',
            message:
              'a.public.test redirects to an address that was not found, or that tools may not send requests to.',
          },
          target,
        )
      }
    }
    assert.equal(world.received.length, targets.length * 5)
  })

  test('three redirects are followed, each name looked up again, and a fourth is refused', async (t) => {
    const { at, go, lookups } = await startWorld(t)
    const three = at('a') + via(302, at('b') + via(302, at('c') + via(302, `${at('d')}/end`)))
    const response = await go(three)
    assert.deepEqual([response.url, response.body.toString()], [`${at('d')}/end`, 'the end'])
    assert.deepEqual(lookups, ['a.public.test', 'b.public.test', 'c.public.test', 'd.public.test'])
    await assert.rejects(go(at('e') + via(302, three)), {
      message: 'e.public.test redirects more than 3 times.',
    })
  })

  test('a path is taken from the URL before, and a status that is no redirect is a response', async (t) => {
    const { at, go } = await startWorld(t)
    assert.equal((await go(`${at('a')}${via(301, '../x?y=ü')}`)).url, `${at('a')}/x?y=%C3%BC`)
    const response = await go(`${at('a')}/304/x`)
    assert.equal(response.status, 304)
  })

  test('other origins get no header that could be a credential, and do not give them back', async (t) => {
    const { at, go, received } = await startWorld(t)
    const headers = {
      Authorization: 'Bearer secret',
      cookie: 'secret=1',
      'X-API-Key': 'secret',
      accept: 'text/plain',
      'user-agent': 'tool',
    }
    await go(at('a') + via(302, at('a') + via(302, at('b') + via(302, `${at('a')}/end`))), { headers })
    const secrets = received.map(({ headers }) => JSON.stringify(headers).match(/secret/g)?.length ?? 0)
    assert.deepEqual(secrets, [3, 3, 0, 0])
    assert.deepEqual(new Set(received.map(({ headers }) => headers.accept)), new Set(['text/plain']))
    assert.deepEqual(new Set(received.map(({ headers }) => headers['user-agent'])), new Set(['tool']))
  })

  test('another port is another origin', async (t) => {
    const { at, go, received } = await startWorld(t)
    const other = await startWorld(t)
    await go(at('a') + via(307, `${other.at('a')}/end`), { headers: { authorization: 'x' } })
    assert.equal(received[0]?.headers.authorization, 'x')
    assert.equal(other.received[0]?.headers.authorization, undefined)
  })

  test('method and body go on as fetch has them', async (t) => {
    const { at, go, received } = await startWorld(t)
    const outcomes: string[] = []
    for (const status of [301, 302, 303, 307, 308]) {
      for (const method of ['POST', 'PUT', 'DELETE', 'HEAD'] as const) {
        const body = method === 'HEAD' ? {} : { body: 'text', headers: { 'content-type': 'text/x' } }
        await go(at('a') + via(status, `${at('b')}/end`), { method, ...body })
        const last = received.at(-1)
        outcomes.push(
          [status, method, last?.method, last?.body, last?.headers['content-type']].join(' ').trim(),
        )
      }
    }
    assert.deepEqual(outcomes, [
      ...['301 POST GET', '301 PUT PUT text text/x', '301 DELETE DELETE text text/x', '301 HEAD HEAD'],
      ...['302 POST GET', '302 PUT PUT text text/x', '302 DELETE DELETE text text/x', '302 HEAD HEAD'],
      ...['303 POST GET', '303 PUT GET', '303 DELETE GET', '303 HEAD HEAD'],
      ...[
        '307 POST POST text text/x',
        '307 PUT PUT text text/x',
        '307 DELETE DELETE text text/x',
        '307 HEAD HEAD',
      ],
      ...[
        '308 POST POST text text/x',
        '308 PUT PUT text text/x',
        '308 DELETE DELETE text text/x',
        '308 HEAD HEAD',
      ],
    ])
  })

  test('a host that the operator has named cannot redirect to one that he has not', async (t) => {
    const named = await startWorld(t)
    const other = await startWorld(t)
    const request = { maxBytes: 1000, signal: t.signal }
    const from = `http://127.0.0.1:${named.port}`
    const to = `http://127.0.0.1:${other.port}/end`
    const url = from + via(302, to)
    const send = createGuardedRequest([`127.0.0.1:${named.port}`])
    await assert.rejects(send({ url, ...request }), /^ChatterdError: 127\.0\.0\.1 redirects to an address/)
    assert.deepEqual([named.received.length, other.received.length], [1, 0])
    const both = createGuardedRequest([`127.0.0.1:${named.port}`, `127.0.0.1:${other.port}`])
    assert.equal((await both({ url, ...request })).url, to)
  })
})
