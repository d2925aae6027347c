import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { startEmbedded } from '../../../test/support/databases/start-embedded.ts'
import { wireMessage as message, wireTypes } from '../../../test/support/databases/wire-message.ts'

test('the wire protocol of the embedded database', async (t) => {
  const { server } = await startEmbedded(t)
  const socket = server.socket().connect()
  t.after(() => socket.destroy())
  await once(socket, 'connect')
  const startup = message('', '\0\x03\0\0user\0postgres\0\0')
  const parse = (text: string) => message('P', `\0${text}\0\0\0`)
  const bind = message('B', '\0'.repeat(8))
  const execute = message('E', '\0'.repeat(5))
  const sync = message('S')

  /** The types of the response's messages, up to `ready` ReadyForQuery; without ParameterStatus, which may come at any time. */
  async function send(bytes: Buffer[], ready = 1): Promise<string> {
    let response = Buffer.alloc(0)
    const done = new Promise<string>((resolve) => {
      socket.on('data', function take(chunk: Buffer) {
        response = Buffer.concat([response, chunk])
        if (wireTypes(response).split('Z').length <= ready) return
        socket.off('data', take)
        resolve(wireTypes(response).replaceAll('S', ''))
      })
    })
    for (const part of bytes) socket.write(part)
    return await done
  }

  await t.test(
    'the response to the start-up packet is AuthenticationOk, BackendKeyData and ReadyForQuery',
    async () => {
      assert.match(await send([startup]), /^RKZ$/)
    },
  )

  await t.test('an error within a pipeline skips the rest of it, and the next pipeline is run', async () => {
    const broken = [parse('selec 1'), bind, execute, bind, execute, sync]
    const sound = [parse('select 1'), bind, execute, sync]
    assert.equal(await send([Buffer.concat([...broken, ...sound])], 2), 'EZ12DCZ')
  })

  await t.test('messages may be split anywhere', async () => {
    const bytes = Buffer.concat([parse("select repeat('x', 20)"), bind, execute, sync])
    for (let at = 1; at < bytes.length; at += 1) {
      assert.equal(await send([bytes.subarray(0, at), bytes.subarray(at)]), '12DCZ')
    }
  })

  await t.test('a second connection is served when the first one is closed', async () => {
    const second = server.socket().connect()
    second.once('connect', () => assert(socket.destroyed))
    assert.equal(await send([parse('select 1'), bind, execute, sync]), '12DCZ')
    socket.end()
    await once(second, 'connect')
    second.destroy()
  })
})
