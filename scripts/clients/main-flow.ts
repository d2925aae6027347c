import assert from 'node:assert/strict'
import createClient from 'openapi-fetch'
import type { components, paths } from './api.d.ts'

// The main flow of the native dialect with the types that openapi-typescript has made: node main-flow.ts URL

type Schemas = components['schemas']
type Event = Schemas['Event']

const [, , baseUrl = ''] = process.argv
const client = createClient<paths>({ baseUrl })
const name = 'typescript'

/** The server-sent events of a stream. */
async function* eventsOf(stream: ReadableStream<Uint8Array<ArrayBuffer>> | null): AsyncGenerator<Event> {
  assert.ok(stream)
  let rest = ''
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => !line.startsWith(':'))
      const fields = lines.map((line) => [
        line.slice(0, line.indexOf(':')),
        line.slice(line.indexOf(':') + 2),
      ])
      if (fields.length > 0) yield Object.fromEntries(fields)
    }
  }
}

function callOf(event: Schemas['CallStartEvent']): Schemas['CallStart'] {
  return JSON.parse(event.data)
}

async function sendLocation(id: string, event: Schemas['TurnWaitingEvent']): Promise<void> {
  const { calls }: Schemas['TurnWaiting'] = JSON.parse(event.data)
  const results = calls.map((callId) => ({ callId, output: { lat: 42.29, lon: -83.71 } }))
  const { data } = await client.POST('/chatterd/v1/turns/{id}/results', {
    params: { path: { id } },
    body: { results },
  })
  assert.equal(data?.id, id)
}

const body: Schemas['TurnBody'] = {
  input: 'Where am I?',
  tools: [{ name: 'get_location', description: 'Get current location' }],
}

// Without `Accept: text/event-stream` a prompt gets its turn.
const begun = await client.POST('/chatterd/v1/conversations/{name}/turns', {
  params: { path: { name }, header: { 'Idempotency-Key': crypto.randomUUID() } },
  body,
})
assert.equal(begun.response.status, 202)
assert.ok(begun.data && typeof begun.data !== 'string')
const { id } = begun.data
const turn = { params: { path: { id } } }

// Its events come as they happen; the device's result is sent while they are read.
const followed = await client.GET('/chatterd/v1/turns/{id}/events', { ...turn, parseAs: 'stream' })
const called: string[] = []
let reply = ''
let end: Schemas['TurnEnd'] | undefined
let lastId = ''
for await (const event of eventsOf(followed.data ?? null)) {
  lastId = event.id
  switch (event.event) {
    case 'call-start':
      called.push(callOf(event).name)
      break
    case 'turn-waiting':
      await sendLocation(id, event)
      break
    case 'text-delta': {
      const { text }: Schemas['TextDelta'] = JSON.parse(event.data)
      reply += text
      break
    }
    case 'turn-end':
      end = JSON.parse(event.data)
  }
}
assert.deepEqual(called, ['get_location'])
assert.match(reply, /42\.29/)
assert.equal(end?.status, 'completed')
const rest = await client.GET('/chatterd/v1/turns/{id}/events', {
  params: { path: { id }, header: { 'Last-Event-ID': lastId } },
})
assert.equal(rest.response.status, 204)

const read = await client.GET('/chatterd/v1/turns/{id}', turn)
assert.equal(read.data?.status, 'completed')
assert.deepEqual(
  read.data.calls.map(({ status }) => status),
  ['answered'],
)

const path = { params: { path: { name } } }
const messages = '/chatterd/v1/conversations/{name}/messages'
const page = await client.GET(messages, { params: { ...path.params, query: { limit: 2 } } })
assert.deepEqual(
  page.data?.messages.map(({ role }) => role),
  ['assistant', 'assistant'],
)
assert.ok(page.data.before)
const older = await client.GET(messages, { params: { ...path.params, query: { before: page.data.before } } })
assert.equal(older.data?.messages[0]?.content, 'Where am I?')

// With the header it gets the events.
const greeting: Schemas['TurnBody'] = { input: [{ role: 'user', content: 'Hello' }], tools: [] }
const streamed = await client.POST('/chatterd/v1/conversations/{name}/turns', {
  ...path,
  body: greeting,
  headers: { Accept: 'text/event-stream' },
  parseAs: 'stream',
})
assert.equal(streamed.response.status, 200)
let lastEvent: Event['event'] | undefined
for await (const { event } of eventsOf(streamed.data ?? null)) lastEvent = event
assert.equal(lastEvent, 'turn-end')

const waiting = await client.POST('/chatterd/v1/conversations/{name}/turns', { ...path, body })
assert.ok(waiting.data && typeof waiting.data !== 'string')
const cancelled = await client.POST('/chatterd/v1/turns/{id}/cancel', {
  params: { path: { id: waiting.data.id } },
})
assert.equal(cancelled.data?.status, 'cancelled')

const changed = await client.PATCH('/chatterd/v1/conversations/{name}', {
  ...path,
  body: { title: 'A talk', tools: null },
})
assert.equal(changed.data?.title, 'A talk')
const conversations = await client.GET('/chatterd/v1/conversations')
assert.ok(conversations.data?.conversations.some((conversation) => conversation.name === name))

const models = await client.GET('/chatterd/v1/models')
assert.equal(models.data?.models[0]?.name, 'demo')
const tools = await client.GET('/chatterd/v1/tools')
assert.ok(tools.data?.tools[0]?.limits.timeoutMs)

const unknown = await client.GET('/chatterd/v1/turns/{id}', {
  params: { path: { id: '00000000-0000-0000-0000-000000000000' } },
})
assert.equal(unknown.error?.code, 'not-found')
