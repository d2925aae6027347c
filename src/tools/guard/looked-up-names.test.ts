import assert from 'node:assert/strict'
import { suite, type TestContext, test } from 'node:test'
import { serve } from '../../../test/support/stand-ins/local-server.ts'
import { type NameRecords, startNameServer } from '../../../test/support/stand-ins/name-server.ts'
import { createGuardedRequest } from './guarded-request.ts'

/** A guard that takes 127.0.0.1, and nothing else, for public; a name server of its own, and a web server on 127.0.0.1. */
async function startWorld(t: TestContext, recordsOf: (name: string) => NameRecords) {
  const hosts: (string | undefined)[] = []
  const web = await serve((request, response) => {
    hosts.push(request.headers.host)
    response.end('hello')
  })
  const names = await startNameServer(recordsOf)
  t.after(() => Promise.all([web.close(), names.close()]))
  let pending = 0
  const send = createGuardedRequest([], {
    lookup: (name) => {
      pending++
      return names.lookup(name).finally(() => pending--)
    },
    isPublic: (address) => address === '127.0.0.1',
  })
  const { port } = new URL(web.url)
  const get = (name: string, signal = t.signal) =>
    send({ url: `http://${name}:${port}/`, maxBytes: 1000, signal })
  return { get, port, hosts, queries: names.queries, pending: () => pending }
}

const notFound = (name: string) => ({
  message: `${name} was not found, or is not public: tools may not send requests to it.`,
})

suite('names that tools request', () => {
  test('a name that changes its address after it was judged is requested where it was judged', async (t) => {
    let looks = 0
    // The first look-up asks for IPv4 and IPv6.
    const world = await startWorld(t, () => ({ addresses: [looks++ < 2 ? '127.0.0.1' : '10.0.0.1'] }))
    const response = await world.get('rebind.test')
    assert.equal(response.body.toString(), 'hello')
    assert.deepEqual(world.queries.toSorted(), ['A rebind.test', 'AAAA rebind.test'])
    assert.deepEqual(world.hosts, [`rebind.test:${world.port}`])
    await assert.rejects(world.get('rebind.test'), notFound('rebind.test'))
    assert.equal(world.hosts.length, 1)
  })

  test('a name with several addresses is refused where one of them is not public', async (t) => {
    const answers: Record<string, string[]> = {
      'first.test': ['10.0.0.1', '127.0.0.1'],
      'last.test': ['127.0.0.1', '127.0.0.1', '169.254.169.254'],
      'six.test': ['127.0.0.1', '::1'],
    }
    const world = await startWorld(t, (name) => ({ addresses: answers[name] ?? [] }))
    for (const name of Object.keys(answers)) await assert.rejects(world.get(name), notFound(name))
    assert.deepEqual(world.hosts, [])
  })

  test('an alias is judged by the addresses at its end', async (t) => {
    const world = await startWorld(t, (name) => ({
      addresses: [name === 'good.test' ? '127.0.0.1' : '192.168.0.1'],
      alias: 'end.test',
    }))
    assert.equal((await world.get('good.test')).status, 200)
    await assert.rejects(world.get('bad.test'), notFound('bad.test'))
    assert.equal(world.hosts.length, 1)
  })

  test('no address, no such name and an alias to nothing give the same words as an address that is not public', async (t) => {
    const answers: Record<string, NameRecords> = {
      'empty.test': { addresses: [] },
      'alias.test': { addresses: [], alias: 'nothing.test' },
      'private.test': { addresses: ['10.0.0.1'] },
    }
    const world = await startWorld(t, (name) => answers[name] ?? 'no-such-name')
    for (const name of [...Object.keys(answers), 'none.test'])
      await assert.rejects(world.get(name), notFound(name))
  })

  test('a name server that does not respond is not waited for after the request has ended', async (t) => {
    const asked = Promise.withResolvers<void>()
    const world = await startWorld(t, () => {
      asked.resolve()
      return 'silence'
    })
    const abort = new AbortController()
    const response = world.get('slow.test', abort.signal)
    await asked.promise
    abort.abort()
    await assert.rejects(response, { message: 'slow.test did not respond in time.' })
    assert.equal(world.pending(), 1)
  })

  test('nothing is looked up for a request that has ended before', async (t) => {
    const world = await startWorld(t, () => ({ addresses: ['127.0.0.1'] }))
    await assert.rejects(world.get('late.test', AbortSignal.abort()), {
      message: 'late.test did not respond in time.',
    })
    await assert.rejects(world.get('127.0.0.1', AbortSignal.abort()), {
      message: '127.0.0.1 did not respond in time.',
    })
    assert.deepEqual([world.queries, world.hosts], [[], []])
  })

  test('an address that the socket is not really connected to is refused before a byte is sent', async (t) => {
    const web = await serve((_request, response) => response.end('hello'))
    t.after(() => web.close())
    let bytes = 0
    web.server.on('connection', (socket) => socket.on('data', (chunk) => (bytes += chunk.length)))
    // Systems connect to themselves where they are asked to connect to 0.0.0.0.
    const send = createGuardedRequest([], {
      lookup: async () => ['0.0.0.0'],
      isPublic: (address) => address === '0.0.0.0',
    })
    const { port } = new URL(web.url)
    await assert.rejects(send({ url: `http://zero.test:${port}/`, maxBytes: 1000, signal: t.signal }), {
      message: 'zero.test cannot be reached, or does not send valid HTTP.',
    })
    assert.equal(bytes, 0)
  })

  test('where one address of several does not respond, the next is tried', async (t) => {
    const web = await serve((_request, response) => response.end('hello'))
    t.after(() => web.close())
    const { port } = new URL(web.url)
    // Nobody listens on ::1 there, if the machine has it at all.
    const send = createGuardedRequest([], {
      lookup: async () => ['::1', '127.0.0.1'],
      isPublic: () => true,
    })
    const response = await send({ url: `http://two.test:${port}/`, maxBytes: 1000, signal: t.signal })
    assert.equal(response.body.toString(), 'hello')
  })
})
