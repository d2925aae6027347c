import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite, type TestContext, test } from 'node:test'
import { serve } from '../../../../test/support/stand-ins/local-server.ts'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import type { OpenApiSource } from '../../../protocol/tool-settings/open-api-source.ts'
import type { GuardPorts } from '../../guard/find-addresses.ts'
import { createToolbox } from '../../toolbox.ts'
import { OpenApiTools } from './openapi-tools.ts'

const stores = new URL('../../../../test/support/openapi/', import.meta.url)
const yaml = await readFile(new URL('petstore-3.0.yaml', stores), 'utf8')
const json = await readFile(new URL('petstore-3.1.json', stores), 'utf8')

/** A web service, and the tools of a document that is a file, or that the service has at `/doc`. */
async function open(
  t: TestContext,
  text: string,
  {
    api = {},
    ports,
    isUrl = false,
  }: { api?: Partial<OpenApiSource>; ports?: GuardPorts; isUrl?: boolean } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-openapi-'))
  const received: { line: string; headers: IncomingMessage['headers']; body: string }[] = []
  const service = {
    document: text,
    status: 200,
    reply: (response: ServerResponse): unknown => response.end('ok'),
  }
  const web = await serve(async (request, response) => {
    if (request.url === '/doc') return void response.writeHead(service.status).end(service.document)
    let body = ''
    for await (const chunk of request) body += chunk
    received.push({ line: `${request.method} ${request.url}`, headers: request.headers, body })
    service.reply(response)
  })
  const file = join(folder, 'document.yaml')
  await writeFile(file, text)
  const changes = new EventTarget()
  const tools = new OpenApiTools({
    ...{
      maxOutputBytes: 65_536,
      maxResponseBytes: 65_536,
      maxDocumentBytes: 2 ** 20,
      mcpStartMs: 1,
      retryMs: 1,
    },
    ...(ports && { ports }),
    onChange: () => void changes.dispatchEvent(new Event('change')),
  })
  t.after(async () => {
    tools.close()
    await web.close()
    await rm(folder, { recursive: true })
  })
  const server = isUrl ? {} : { server: `${web.url}/api` }
  const document = isUrl ? `${web.url}/doc` : file
  const given: OpenApiSource = {
    name: 'pets',
    document,
    isUrl,
    ...server,
    headers: {},
    prefix: '',
    secrets: [],
    ...api,
  }
  tools.use({ openapi: [given] })
  await tools.reload()
  const toolbox = createToolbox([])
  const merge = () => toolbox.setSources(tools.sources(), {})
  merge()
  const [source] = tools.sources()
  return {
    ...{ web, received, service, tools, file, source },
    names: () => merge() && toolbox.schemas().map((schema) => schema.function.name),
    describe: (name: string) => toolbox.schemas().find((schema) => schema.function.name === name)?.function,
    /** Waits until a change of the source makes it true. */
    async changed(holds: () => boolean) {
      while (!holds()) await once(changes, 'change', { signal: t.signal })
    },
    run: (name: string, args = {}, signal = t.signal) =>
      toolbox.run(name, args, { signal, conversation: 'app', turn: 't', callId: 'c' }),
  }
}

/** A document with these paths. */
const documentOf = (paths: object, schemas: object = {}, others: object = {}) =>
  JSON.stringify({ openapi: '3.0.0', info: {}, paths, components: { schemas }, ...others })

const everything = { operations: ['*'] }

function propertiesOf(schema: { parameters?: JsonObject } | undefined): JsonObject {
  const properties = schema?.parameters?.properties
  return isJsonObject(properties) ? properties : assert.fail('no properties')
}

suite('the operations of an OpenAPI document', () => {
  test('those that only read are tools, or those that are named by id or tag', async (t) => {
    const { names, source, describe } = await open(t, yaml)
    assert.deepEqual(names(), ['get_store_inventory_path_rest', 'listPets', 'pets_get_byId'])
    assert.equal(source?.name, 'openapi:pets')
    assert.deepEqual(source?.problems, [
      'openapi:pets: the operation external is left out: the reference "https://example.com/parameters.yaml#/Limit" leads out of the document',
    ])
    assert.equal(describe('listPets')?.description, 'Lists pets\n\nLists pets, the newest first.')
    const named = await open(t, yaml, {
      api: { operations: ['delete*', 'tag:sto*', 'get_store_*', 'listPet'], prefix: 'shop_' },
    })
    assert.deepEqual(named.names(), [
      'shop_deletePet',
      'shop_get_store_inventory_path_rest',
      'shop_placeOrder',
    ])
    assert.deepEqual(named.source?.problems, ['openapi:pets: no operation is named by "listPet"'])
  })

  test('what cannot be a tool is left out with the reason, and the others stay', async (t) => {
    const { names, source } = await open(t, yaml, { api: everything })
    assert.equal(names().length, 8)
    assert.deepEqual(
      source?.problems?.map((problem) => problem.replace('openapi:pets: the operation ', '')),
      [
        'uploadPhoto is left out: its body is multipart/form-data',
        'external is left out: the reference "https://example.com/parameters.yaml#/Limit" leads out of the document',
      ],
    )
    const get = (operation: object) => ({ get: operation })
    const odd = await open(
      t,
      documentOf({
        '/a/{b}': get({}),
        '/c': get({ parameters: [{ $ref: '#/nowhere' }] }),
        '/d': get({ servers: [{ url: 'https://other.example' }] }),
        '/e/{f}': get({ parameters: [{ name: 'f', in: 'path', style: 'matrix', schema: {} }] }),
        '/g': { $ref: 'other.yaml' },
        '/h': get({ parameters: [{ $ref: '#/paths/~1h/get/parameters/0' }] }),
        '/i': get({ parameters: [{ name: 'x', in: 'query', schema: { $ref: 'file:///etc/passwd' } }] }),
        '/works': get({}),
      }),
    )
    assert.deepEqual(odd.names(), ['get_works'])
    assert.deepEqual(
      odd.source?.problems?.map((problem) => problem.replace('openapi:pets: ', '')),
      [
        'the operation GET /a/{b} is left out: its path has {b}, which is no parameter',
        'the operation GET /c is left out: the reference "#/nowhere" leads nowhere',
        'the operation GET /d is left out: it has servers of its own',
        'the operation GET /e/{f} is left out: the parameter f has the style "matrix"',
        'the operations of /g are left out: the reference "other.yaml" leads out of the document',
        'the operation GET /h is left out: it has references that lead to each other',
        'the operation GET /i is left out: the reference "file:///etc/passwd" leads out of the document',
      ],
    )
  })

  test('schemas of OpenAPI 3.0 become JSON Schemas, without what is only read', async (t) => {
    const { describe } = await open(t, yaml, { api: everything })
    assert.deepEqual(propertiesOf(describe('listPets')), {
      limit: { type: 'integer', exclusiveMinimum: 0, maximum: 100, examples: [20] },
      tags: { type: 'array', items: { type: 'string' } },
      ids: { type: 'array', items: { type: 'integer' } },
      filter: { type: 'object', properties: { kind: { type: 'string' } } },
      where: { type: 'object' },
      'X-Request-ID': { type: 'string', format: 'uuid' },
      session: { type: 'string' },
    })
    assert.deepEqual(describe('addPet')?.parameters, {
      type: 'object',
      required: ['name'],
      additionalProperties: false,
      properties: {
        name: { type: 'string' },
        status: { type: ['string', 'null'], enum: ['sold', 'free', null] },
        owner: {
          anyOf: [
            { allOf: [{ type: 'object', properties: { name: { type: 'string' } } }] },
            { type: 'null' },
          ],
        },
        parent: { $ref: '#/$defs/Animal' },
      },
      $defs: {
        Animal: {
          type: 'object',
          properties: {
            kind: { type: 'string' },
            children: { type: 'array', items: { $ref: '#/$defs/Animal' } },
          },
        },
      },
    })
  })

  test('a document of OpenAPI 3.1 is read, with path items in other places', async (t) => {
    const { names, describe, run, received } = await open(t, json, { api: everything })
    assert.deepEqual(names(), ['addPets', 'findPets', 'getPet'])
    assert.deepEqual(propertiesOf(describe('findPets')).age, {
      type: ['integer', 'null'],
      exclusiveMinimum: 0,
      examples: [3],
    })
    await run('addPets', { body: [{ name: 'x', size: [1, 'cm'] }] })
    await run('findPets', { age: 3, kinds: ['cat', 'cat'] })
    assert.deepEqual(
      received.map(({ line, body, headers }) => `${line} ${headers['content-type'] ?? ''} ${body}`.trim()),
      [
        'POST /api/pets application/vnd.pets+json [{"name":"x","size":[1,"cm"]}]',
        'GET /api/pets?age=3&kinds=cat%7Ccat',
      ],
    )
  })

  test('two arguments of one name get names of their own', async (t) => {
    const { describe, run, received } = await open(t, yaml, { api: everything })
    assert.deepEqual(Object.keys(propertiesOf(describe('get_store_inventory_path_rest'))), [
      'path',
      'rest',
      'path_query',
    ])
    assert.deepEqual(Object.keys(propertiesOf(describe('replacePet'))), ['petId', 'body'])
    // What is only read is no argument.
    assert.deepEqual(Object.keys(propertiesOf(describe('renamePet'))), ['petId', 'name'])
    await run('get_store_inventory_path_rest', { path: ['a/b', 'c'], rest: 'd', path_query: 'e' })
    await run('replacePet', { petId: 1, body: { petId: 2, name: 'x' } })
    assert.deepEqual(
      received.map(({ line, body }) => `${line} ${body}`),
      ['GET /api/store/inventory/a%2Fb,c,d?path=e ', 'PUT /api/pets/1 {"petId":2,"name":"x"}'],
    )
  })

  test('a schema that would be too large has its parts in one place, and one without end is left out', async (t) => {
    // Each schema has the next one twice.
    const chain = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => {
        const $ref = `#/components/schemas/S${index + 1}`
        return [`S${index}`, { type: 'object', properties: { a: { $ref }, b: { $ref } } }]
      }),
    )
    const schemas = { ...chain, S40: { type: 'string' } }
    const schema = { $ref: '#/components/schemas/S0' }
    const query = (name: string) => ({ name, in: 'query', schema })
    const { describe } = await open(
      t,
      documentOf({ '/x': { get: { operationId: 'x', parameters: [query('q')] } } }, schemas),
    )
    const parameters = describe('x')?.parameters
    assert.equal(Object.keys(isJsonObject(parameters?.$defs) ? parameters.$defs : {}).length, 41)
    const wide = {
      type: 'object',
      properties: Object.fromEntries(Array.from({ length: 6_000 }, (_, i) => [`m${i}`, {}])),
    }
    const { source } = await open(
      t,
      documentOf({ '/x': { get: { operationId: 'x', parameters: [query('q')] } } }, { S0: wide }),
    )
    assert.match(
      source?.reason ?? '',
      /the operation x is left out: its arguments have more than 1000 schemas/,
    )
  })
})

suite('calls of operations', () => {
  test('arguments go where the document says, as it says', async (t) => {
    const { run, received } = await open(t, yaml, { api: everything })
    await run('listPets', {
      ...{ limit: 5, tags: ['a b', 'c&d'], ids: [1, 2], filter: { kind: 'x=y' }, where: { a: [1] } },
      ...{ 'X-Request-ID': 'r1', session: 's;1' },
    })
    const { line, headers } = received[0] ?? assert.fail()
    assert.equal(
      line,
      'GET /api/pets?limit=5&tags=a%20b&tags=c%26d&ids=1,2&filter%5Bkind%5D=x%3Dy&where=%7B%22a%22%3A%5B1%5D%7D',
    )
    assert.deepEqual([headers['x-request-id'], headers.cookie], ['r1', 'session=s%3B1'])
    await run('addPet', { name: 'x', status: null })
    await run('placeOrder', { pet: JSON.rawJSON('12345678901234567890'), notes: ['a b', 'ä'] })
    await run('placeOrder', {})
    assert.deepEqual(
      received.slice(1).map(({ line, body, headers }) => `${line} ${headers['content-type']} ${body}`),
      [
        'POST /api/pets application/json {"name":"x","status":null}',
        'POST /api/store/orders application/x-www-form-urlencoded pet=12345678901234567890&notes=a%20b&notes=%C3%A4',
        'POST /api/store/orders undefined ',
      ],
    )
  })

  test('no argument leads to another path, and none sets a header of the connection', async (t) => {
    const parameters = ['id'].map((name) => ({ name, in: 'path', schema: {} }))
    const headers = ['Host', 'Content-Length', 'authorization', 'X-Key', 'X-Own'].map((name) => ({
      ...{ name, in: 'header', schema: {} },
    }))
    const text = documentOf({
      '/a/{id}': { get: { operationId: 'x', parameters: [...parameters, ...headers] } },
    })
    const { run, received, describe } = await open(t, text, { api: { headers: { 'x-key': 'k' } } })
    assert.deepEqual(Object.keys(propertiesOf(describe('x'))), ['id', 'X-Own'])
    for (const id of ['..', '.', '', null])
      assert.equal((await run('x', { id })).status, 'failed', String(id))
    assert.equal((await run('x', { id: 'a', 'X-Own': 'b\r\nHost: c' })).status, 'failed')
    assert.deepEqual(received, [])
    await run('x', { id: '../b?c', 'X-Own': 'd' })
    const { line, headers: sent } = received[0] ?? assert.fail()
    assert.deepEqual([line, sent['x-own'], sent['x-key']], ['GET /api/a/..%2Fb%3Fc', 'd', 'k'])
  })

  test('failures and results are read as those of any web service, without secrets', async (t) => {
    const { run, service } = await open(t, yaml, {
      api: { headers: { Authorization: 'Bearer s3cret' }, secrets: ['s3cret'] },
    })
    service.reply = (response) =>
      response.writeHead(503, { 'content-type': 'text/plain' }).end('not with s3cret')
    assert.equal(
      (await run('pets_get_byId', { petId: 1 })).output,
      'pets_get_byId failed: status 503 Service Unavailable: not with ***',
    )
  })
})

suite('where an OpenAPI document leads', () => {
  test('a document may name a public server, and a private one only where the settings file has its host [guarded]', async (t) => {
    const other = await serve((_request, response) => response.end('private'))
    t.after(() => other.close())
    const servers = [{ url: other.url }]
    const paths = { '/x': { get: { operationId: 'x' } } }
    for (const isUrl of [false, true]) {
      const { run } = await open(t, documentOf(paths, {}, { servers }), {
        isUrl,
        api: isUrl ? {} : { server: other.url.replace('127.0.0.1', 'private.test') },
        ports: { lookup: async () => ['127.0.0.1'], isPublic: () => false },
      })
      const { output } = await run('x')
      // By name, it is what the settings file has.
      assert.equal(
        output,
        isUrl
          ? 'x failed: 127.0.0.1 is not a public address: tools may send requests to it only where the settings file names it.'
          : 'private',
      )
    }
    const rebound = [{ url: other.url.replace('127.0.0.1', 'rebound.test') }]
    const { run } = await open(t, documentOf(paths, {}, { servers: rebound }), {
      isUrl: true,
      ports: { lookup: async () => ['127.0.0.1'], isPublic: () => false },
    })
    assert.match((await run('x')).output, /^x failed: rebound\.test was not found, or is not public/)
  })

  test('a document of elsewhere does not choose who gets the headers', async (t) => {
    const servers = [{ url: 'https://collector.example/' }]
    const { source } = await open(t, documentOf({ '/x': { get: {} } }, {}, { servers }), {
      isUrl: true,
      api: { headers: { Authorization: 'Bearer s3cret' }, secrets: ['s3cret'] },
    })
    assert.deepEqual(
      [source?.state, source?.reason],
      [
        'down',
        'the document sends the headers to collector.example: name this server with server if it may have them',
      ],
    )
  })

  test('a relative server is beside the document, and a file without a server needs one', async (t) => {
    const { run, received } = await open(t, json, { isUrl: true })
    assert.equal((await run('getPet', { petId: 'x' })).output, 'ok')
    assert.equal(received[0]?.line, 'GET /v2/pets/x')
    const { tools, file } = await open(t, json)
    tools.use({
      openapi: [{ name: 'pets', document: file, isUrl: false, headers: {}, prefix: '', secrets: [] }],
    })
    await tools.reload()
    assert.equal(tools.sources()[0]?.reason, 'the document names no server with a host: name it with server')
  })
})

suite('documents that are away, or bad', () => {
  test('a document that cannot be fetched is tried again until it is there', async (t) => {
    const { service, tools, names } = await open(t, json, { isUrl: true })
    service.status = 503
    await tools.reload()
    assert.equal(tools.sources()[0]?.reason, 'the document cannot be fetched: status 503')
    assert.deepEqual(names(), [])
    service.status = 200
    while (tools.sources()[0]?.state !== 'ready') await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(names(), ['findPets', 'getPet'])
  })

  test('a document that changes is read again at a reload, and one that is bad is down until then', async (t) => {
    const { tools, file, names } = await open(t, yaml)
    await writeFile(file, 'openapi: 3.0.0\npaths: [')
    await tools.reload()
    assert.match(
      tools.sources()[0]?.reason ?? '',
      /^the document is neither JSON nor YAML: .* at line 2, column \d+$/,
    )
    assert.deepEqual(names(), [])
    await rm(file)
    await tools.reload()
    assert.equal(tools.sources()[0]?.reason, 'the document cannot be read (ENOENT)')
    await writeFile(file, json)
    await tools.reload()
    assert.deepEqual(names(), ['findPets', 'getPet'])
  })

  test('a file that changes is read again by itself, and so is one that was missing', async (t) => {
    const { file, names, changed } = await open(t, yaml)
    await writeFile(`${file}.new`, json)
    await rename(`${file}.new`, file)
    await changed(() => names().join() === 'findPets,getPet')
    await rm(file)
    await changed(() => names().length === 0)
    await writeFile(file, json)
    await changed(() => names().length === 2)
  })

  test('what is no OpenAPI document is down, with the reason', async (t) => {
    const reasons: [string, RegExp][] = [
      ['{"swagger": "2.0"}', /^the document is of Swagger 2\.0; those of OpenAPI 3\.0 and 3\.1 can be read$/],
      ['{"openapi": "4.0.0"}', /^the document is none of OpenAPI 3\.0 or 3\.1$/],
      ['text', /^the document is no OpenAPI document$/],
      ['', /^the document is no OpenAPI document$/],
      [
        '{"openapi": "3.0.0"}',
        /^no operation can be a tool: it has none that only reads; name others with operations$/,
      ],
      ['a: 1\na: 2', /^the document is neither JSON nor YAML: Map keys must be unique at line 2, column 1$/],
    ]
    for (const [text, reason] of reasons) {
      const { source } = await open(t, text)
      assert.equal(source?.state, 'down')
      assert.match(source.reason ?? '', reason, text)
    }
  })

  test('a hostile document takes little time and memory, and does not stop the process', async (t) => {
    const bomb = Array.from({ length: 12 }, (_, index) =>
      index === 0
        ? 'a0: &a0 [x,x,x,x,x,x,x,x,x]'
        : `a${index}: &a${index} [${Array(9).fill(`*a${index - 1}`)}]`,
    ).join('\n')
    const nested = (text: string, end: string) =>
      `{"openapi": "3.0.0", "x": ${text.repeat(100_000)}${end.repeat(100_000)}}`
    const hostile = [
      bomb,
      'openapi: 3.0.0\nx: &a [*a, *a]',
      nested('[', ']'),
      nested('{"a":', '}').replace('}', '1}'),
      '['.repeat(100_000),
      `openapi: 3.0.0\nx: &a "${'y'.repeat(1_000_000)}"\nz: [${Array(90).fill('*a')}]`,
      'a: '.repeat(100_000),
      `openapi: 3.0.0\n__proto__: { polluted: true }\npaths: {}`,
      JSON.stringify({
        openapi: '3.0.0',
        paths: { '/{x}': { get: { parameters: 'x', tags: 1, requestBody: [] } } },
      }).replace('"parameters":"x"', '"parameters":{"__proto__":1}'),
    ]
    const before = process.memoryUsage().rss
    for (const text of hostile) {
      const { source } = await open(t, text, { api: { operations: ['*'] } })
      assert.equal(source?.state, 'down', text.slice(0, 100))
    }
    assert.ok(process.memoryUsage().rss - before < 700_000_000)
    assert.equal('polluted' in {}, false)
    const deep = `${'{"items":'.repeat(3_000)}{}${'}'.repeat(3_000)}`
    const parameters = `[{"name":"q","in":"query","schema":${deep}}]`
    const inside = await open(t, `{"openapi":"3.0.0","paths":{"/x":{"get":{"parameters":${parameters}}}}}`)
    assert.equal(inside.source?.reason, 'the document is too large or too deeply nested')
    const { source } = await open(t, ' '.repeat(2 ** 20 + 1))
    assert.equal(source?.reason, 'the document is longer than 1048576 bytes (tool-document)')
  })

  test('a document of 1 MB is read, in YAML too, while the process does other things', async (t) => {
    const paths = Object.fromEntries(
      Array.from({ length: 1_500 }, (_, index) => [
        `/things${index}/{id}`,
        {
          get: {
            operationId: `getThing${index}`,
            summary: 'x'.repeat(300),
            parameters: [
              { name: 'id', in: 'path', required: true, schema: { $ref: '#/components/schemas/Id' } },
            ],
          },
        },
      ]),
    )
    const text = documentOf(paths, { Id: { type: 'string', description: 'y'.repeat(100) } })
    const lines = Object.entries(paths).map(
      ([path, item]) => `  ${path}:\n    get: ${JSON.stringify(item.get)}`,
    )
    const asYaml = `openapi: 3.0.0\npaths:\n${lines.join('\n')}\ncomponents: { schemas: { Id: { type: string } } }\n`
    for (const each of [text, asYaml]) {
      assert.ok(each.length > 700_000)
      let turns = 0
      const timer = setInterval(() => turns++, 10)
      const { names } = await open(t, each)
      clearInterval(timer)
      assert.equal(names().length, 1_500)
      if (each === asYaml) assert.ok(turns > 10, String(turns))
    }
  })
})
