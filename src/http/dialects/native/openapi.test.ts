import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { openNative } from '../../../../test/support/native-http/native-world.ts'
import { eventRecord, eventsOf } from '../../../protocol/event-chunk.ts'
import type { TurnEvent } from '../../../protocol/events.ts'
import { eventSchemas } from './schemas/event-schemas.ts'

interface Document {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, Schema> }
}

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: { $ref?: string } }> }>
  parameters?: { name: string }[]
}

interface Schema {
  type?: string
  oneOf?: { $ref: string }[]
  discriminator?: { mapping: Record<string, string> }
}

const page = readFileSync(new URL('../../../../docs/native.md', import.meta.url), 'utf8')

async function readDocument(t: Parameters<typeof openNative>[0]): Promise<Document> {
  const { status, body } = await openNative(t).ask('GET', '/openapi.json')
  assert.equal(status, 200)
  return body as unknown as Document
}

test('the document is valid OpenAPI 3.1', async (t) => {
  const document = await readDocument(t)
  const validator = new Validator()
  assert.deepEqual(await validator.validate({ ...document }), { valid: true })
  assert.equal(validator.version, '3.1')
})

test('the document and the page of the dialect have exactly the routes below the base path', async (t) => {
  const { app, ask } = openNative(t)
  const served: string[] = []
  app.addHook('onRoute', ({ method, url }) => {
    if (url.startsWith('/chatterd/') && method !== 'HEAD') served.push(`${method} ${url}`)
  })
  const { body } = await ask('GET', '/openapi.json')
  const { paths } = body as unknown as Document
  const documented = Object.entries(paths).flatMap(([path, operations]) =>
    Object.keys(operations).map(
      (method) => `${method.toUpperCase()} ${path.replaceAll('{', ':').replaceAll('}', '')}`,
    ),
  )
  assert.deepEqual(documented.toSorted(), served.toSorted())
  const onPage = [...page.matchAll(/^\| `([A-Z]+ \/\S+)` \|/gm)].map(([, route = '']) =>
    route.replace(' ', ' /chatterd/v1').replaceAll('{', ':').replaceAll('}', ''),
  )
  assert.deepEqual(onPage.toSorted(), served.toSorted())
})

test('every event is on the page of the dialect', () => {
  const [, events = ''] = page.split('## Events')
  const names = [...events.matchAll(/^\| `([a-z-]+)` \| `\{/gm)].map(([, name]) => name)
  assert.deepEqual(names, Object.keys(eventSchemas))
})

test('every operation has the error responses of all routes, and its headers', async (t) => {
  const { paths } = await readDocument(t)
  for (const [path, operations] of Object.entries(paths)) {
    for (const { responses } of Object.values(operations)) {
      for (const status of ['403', '413', '421', '422', '500', '503'])
        assert.ok(responses[status], `${path} ${status}`)
    }
  }
  const namesOf = (path: string, method: string) =>
    paths[`/chatterd/v1${path}`]?.[method]?.parameters?.map(({ name }) => name)
  assert.deepEqual(namesOf('/conversations/{name}/turns', 'post'), ['name', 'Idempotency-Key'])
  assert.deepEqual(namesOf('/turns/{id}/events', 'get')?.toSorted(), ['Last-Event-ID', 'after', 'id'])
})

/** Where a document has schemas that generators of clients must invent names for: objects and lists of values that are no components. */
function unnamed(value: unknown, path: string, isNamed = false): string[] {
  if (typeof value !== 'object' || value === null) return []
  const isSchema = 'type' in value || 'enum' in value || 'anyOf' in value || 'oneOf' in value
  const needsName = 'enum' in value || 'oneOf' in value || ('type' in value && value.type === 'object')
  if (isSchema && needsName && !isNamed) return [path]
  return Object.entries(value).flatMap(([name, member]) => unnamed(member, `${path}/${name}`))
}

test('every object, list of values and event has a name, so that generators of clients invent none', async (t) => {
  const { paths, components } = await readDocument(t)
  const inside = Object.entries(components.schemas).flatMap(([name, schema]) => unnamed(schema, name, true))
  assert.deepEqual([...unnamed(paths, ''), ...inside], [])
  const events = Object.entries(eventSchemas).map(([name, { title }]) => [
    name,
    `#/components/schemas/${title}Event`,
  ])
  assert.deepEqual(components.schemas.Event?.discriminator?.mapping, Object.fromEntries(events))
  assert.deepEqual(
    components.schemas.Event?.oneOf?.map(({ $ref }) => $ref),
    events.map(([, component]) => component),
  )
})

test('the events and the turn that a prompt gets have different schemas: a text, and an object', async (t) => {
  const { paths, components } = await readDocument(t)
  const { responses } = paths['/chatterd/v1/conversations/{name}/turns']?.post ?? {}
  const schemaOf = (status: string, type: string) => {
    const { $ref = '' } = responses?.[status]?.content?.[type]?.schema ?? {}
    return components.schemas[$ref.replace('#/components/schemas/', '')]?.type
  }
  assert.equal(schemaOf('200', 'text/event-stream'), 'string')
  assert.equal(schemaOf('202', 'application/json'), 'object')
})

const call = { id: 'c', index: 0, name: 'f', arguments: { a: [1] } }
const called = { callId: 'c', name: 'f', arguments: { a: [1] }, side: 'device' as const }
const usage = { promptTokens: 1, outputTokens: 2, promptMs: 0.5, outputMs: 1.5 }
const token = { token: 'a', logprob: -0.5, bytes: [97] }
const examples: TurnEvent[] = [
  { type: 'turn-start', turn: '0194d3c0-0000-7000-8000-000000000001', conversation: 'chat', model: 'm' },
  { type: 'step-start', step: 1 },
  { type: 'text-delta', text: 'a' },
  { type: 'thinking-delta', text: 'a' },
  { type: 'logprobs', logprobs: [{ ...token, topLogprobs: [token] }] },
  { type: 'call-start', ...called, offered: true },
  { type: 'call-start', ...called, approval: { hash: 'f00', source: 'builtin' }, offered: false },
  { type: 'call-approved', callId: 'c' },
  { type: 'call-end', callId: 'c', status: 'answered', output: '1', ms: 1.5 },
  { type: 'call-end', callId: 'c', status: 'timed-out', output: 'Too slow.', ms: 1 },
  {
    ...{ type: 'step-end', step: 1, usage, finishReason: 'tool-calls' },
    message: {
      ...{ role: 'assistant', content: '', thinking: 'Hm.' },
      calls: [{ ...call, side: 'device', status: 'offered' }],
    },
  },
  { type: 'turn-waiting', calls: ['c'] },
  { type: 'notice', code: 'history-cut', detail: 'Cut.' },
  { type: 'turn-end', status: 'failed', error: { code: 'engine-cut', detail: 'It broke off.' } },
]

test('the schema of every event has exactly the members of its data', async (t) => {
  const { components } = await readDocument(t)
  // Schemas of the document allow more members; here they must not, so that every member has to be in its schema.
  const closed = JSON.parse(JSON.stringify(components), (_key, value) =>
    value?.type === 'object' && value.properties ? { ...value, additionalProperties: false } : value,
  )
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'document', components: closed })
  const events = eventsOf({ first: 1, count: examples.length, records: examples.map(eventRecord).join('') })
  for (const { name, data } of events) {
    const schema = { $ref: `document#/components/schemas/${eventSchemas[name].title}` }
    assert.ok(ajv.validate(schema, JSON.parse(data)), `${name}: ${ajv.errorsText()}`)
    const event = { id: `0194d3c0-0000-7000-8000-000000000001:1`, event: name, data }
    assert.ok(ajv.validate({ $ref: 'document#/components/schemas/Event' }, event), ajv.errorsText())
  }
  const names = new Set(events.map(({ name }) => name))
  assert.deepEqual([...names].toSorted(), Object.keys(eventSchemas).toSorted())
})
