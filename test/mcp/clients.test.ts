import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { connectClient, eras, message, offered, openServer, post, watchWaiting } from './toolbox-world.ts'

const { url, mcp } = await openServer({ after })

for (const era of eras) {
  test(`a ${era} client lists the tools as models see them, without those that are asked first or off [mcp-tools]`, async (t) => {
    const client = await connectClient(t, mcp, era)
    const { tools } = await client.listTools()
    assert.deepEqual(
      tools.map(({ name }) => name),
      offered,
    )
    const catalog = (await (await fetch(`${url}/chatterd/v1/tools`)).json()) as { tools: CatalogTool[] }
    assert.deepEqual(
      tools.map(({ name, description, inputSchema }) => ({ name, description, parameters: inputSchema })),
      catalog.tools
        .filter(({ approval }) => !approval)
        .map(({ name, description, parameters }) => ({ name, description, parameters })),
    )
  })

  test(`a ${era} client calls tools: arguments are mended or refused, and failures are results [mcp-tools]`, async (t) => {
    const client = await connectClient(t, mcp, era)
    const call = async (name: string, args = {}) => {
      const { content, isError = false } = await client.callTool({ name, arguments: args })
      const [part] = content
      return { text: part?.type === 'text' ? part.text : undefined, isError }
    }
    assert.deepEqual(await call('say_hello', { name: 'Ann' }), { text: 'Hello, Ann', isError: false })
    assert.deepEqual(await call('say_hello', { name: 7 }), { text: 'Hello, 7', isError: false })
    const wrong = await call('say_hello', { nam: 'Ann' })
    assert.equal(wrong.isError, true)
    assert.match(wrong.text ?? '', /^Wrong arguments for say_hello: .*"name" is missing/)
    assert.deepEqual(await call('break_off'), {
      text: 'break_off failed: the service is away',
      isError: true,
    })
    assert.deepEqual(await call('wait_briefly'), {
      text: 'wait_briefly gave no result within 0.3 s.',
      isError: true,
    })
    const long = await call('write_much')
    assert.ok((long.text?.length ?? 0) < 70_000)
    for (const name of ['send_mail', 'hide_me', 'nothing_like_this'])
      await assert.rejects(call(name), { code: -32602, message: /There is no tool/ })
    await assert.rejects(call('say_helo'), /did you mean say_hello\?/)
  })

  test(`a ${era} client sees other tools in its next list [mcp-tools]`, async (t) => {
    const { mcp, reconfigure } = await openServer(t)
    const client = await connectClient(t, mcp, era)
    const names = async () => (await client.listTools()).tools.map(({ name }) => name)
    assert.deepEqual(await names(), offered)
    await reconfigure('[tools]\nfolder = "own"\noff = ["get_*", "hide_*", "wait_*", "write_*"]\n')
    assert.deepEqual(await names(), ['break_off', 'say_hello', 'send_mail', 'show_number'])
    await reconfigure('[tools]\nfolder = "own"\noff = ["get_*", "hide_*", "wait_*"]\nask = ["*"]\n')
    assert.deepEqual(await names(), [])
    await assert.rejects(client.callTool({ name: 'say_hello', arguments: { name: 'Ann' } }), {
      code: -32602,
    })
  })
}

interface CatalogTool {
  name: string
  description?: string
  parameters: object
  approval: boolean
}

test('arguments reach the checks as they were sent: all digits of a number, every name', async () => {
  const call = async (name: string, args: string) => {
    const body = message('tools/call', { name, arguments: '…' }).replace('"…"', args)
    return await (await post(mcp, body)).text()
  }
  assert.match(await call('show_number', '{"value":12345678901234567890}'), /"text":"12345678901234567890"/)
  assert.match(await call('say_hello', '{"name":"Ann","__proto__":1}'), /there is no \\"__proto__\\"/)
  assert.match(await call('show_number', '1.0'), /they must be one JSON object/)
})

test('a modern client that cancels a call cancels the tool [mcp-tools]', async (t) => {
  const waiting = watchWaiting(t)
  const client = await connectClient(t, mcp, 'modern')
  const cancel = new AbortController()
  const call = client.callTool({ name: 'wait_long', arguments: {} }, { signal: cancel.signal })
  await waiting.until(1)
  cancel.abort()
  await assert.rejects(call)
  await waiting.until(2)
  assert.deepEqual(waiting.states, ['begun', 'cancelled'])
})

test('a call that an older client cancels ends with its time limit [mcp-tools]', async (t) => {
  const waiting = watchWaiting(t)
  const client = await connectClient(t, mcp, 'legacy')
  const cancel = new AbortController()
  const call = client.callTool({ name: 'wait_briefly', arguments: {} }, { signal: cancel.signal })
  await waiting.until(1)
  cancel.abort()
  await assert.rejects(call)
  await waiting.until(2)
  assert.deepEqual(waiting.states, ['begun', 'cancelled'])
})

test('a client that disconnects cancels its tools, whatever its version [mcp-tools]', async (t) => {
  const waiting = watchWaiting(t)
  const cancel = new AbortController()
  const call = post(mcp, message('tools/call', { name: 'wait_long' }), {}, cancel.signal)
  await waiting.until(1)
  cancel.abort()
  await assert.rejects(call)
  await waiting.until(2)
  assert.deepEqual(waiting.states, ['begun', 'cancelled'])
})

test('a server that is closed cancels the calls that run, and says so', async (t) => {
  const waiting = watchWaiting(t)
  const { mcp, close } = await openServer(t)
  const client = await connectClient(t, mcp, 'modern')
  const legacy = post(mcp, message('tools/call', { name: 'wait_long' }))
  const call = client.callTool({ name: 'wait_long', arguments: {} })
  await waiting.until(2)
  await Promise.all([close(), call, legacy])
  const text = 'wait_long was cancelled before it ended.'
  assert.deepEqual((await call).content, [{ type: 'text', text }])
  assert.match(await (await legacy).text(), new RegExp(`"text":"${text}"`))
})

test('with mcp=off there is nothing at /mcp [mcp-tools]', async (t) => {
  const { mcp } = await openServer(t, { CHATTERD_MCP: 'off' })
  assert.equal((await post(mcp, message('tools/list'))).status, 404)
})
