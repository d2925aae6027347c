import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { startToolServer } from '../support/processes/tool-server.ts'
import { serve } from '../support/stand-ins/local-server.ts'

const secret = 's3cret-of-the-service'

/** A server with the tools of these tables, in which `WEB` is the address of a web service. */
async function openServer(t: TestContext, tables: string, service: RequestListener) {
  const web = await serve(service)
  t.after(web.close)
  const write = (folder: string, text: string) =>
    writeFile(join(folder, 'chatterd.toml'), text.replaceAll('WEB', web.url))
  const opened = await startToolServer(t, (folder) => write(folder, tables), { SECRET: secret })
  return { ...opened, write: (text: string) => write(opened.folder, text) }
}

const parameters = (table: string, ...names: string[]) =>
  `[tools.http.${table}.parameters.properties]\n${names.map((name) => `${name} = { type = "string" }`).join('\n')}\n`

test('a model asks web services of the settings file, whatever these respond, and reads no secret [guarded]', async (t) => {
  const tables = `
[tools.http.get_quote]
description = "Last price of a stock"
url = "WEB/v1/{symbol}"
headers = { Authorization = "Bearer \${SECRET}" }
result = "/price"
${parameters('get_quote', 'symbol')}
[tools.http.break]
method = "POST"
url = "WEB/broken?key=\${SECRET}"
${parameters('break', 'text')}
[tools.http.hang]
url = "WEB/hang"
timeout = "200ms"
[tools.http.flood]
url = "WEB/flood"
[tools.http.stray]
url = "WEB/stray"
`
  const closed: string[] = []
  const other = await serve((_request, response) => response.end('private'))
  t.after(() => other.close())
  const { server, call, catalog } = await openServer(t, tables, (request, response) => {
    const { url = '', headers } = request
    response.on('close', () => closed.push(url))
    if (url === '/hang') return
    if (url === '/stray') return response.writeHead(302, { location: other.url }).end()
    if (url === '/flood') {
      response.writeHead(200, { 'content-type': 'text/plain' })
      const write = () => {
        while (response.writable && response.write('x'.repeat(65_536)));
      }
      response.on('drain', write)
      return write()
    }
    const isBroken = url.startsWith('/broken')
    response.writeHead(isBroken ? 500 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ price: 12.5, url, authorization: headers.authorization }))
  })
  assert.equal((await call('get_quote', { symbol: 'A/B' }, 'a')).result, '12.5')
  const broken = await call('break', { text: 'x' }, 'b')
  assert.equal(
    broken.result,
    'break failed: status 500 Internal Server Error: {"price":12.5,"url":"/broken?key=***"}',
  )
  assert.equal((await call('hang', {}, 'c')).result, 'hang gave no result within 0.2 s.')
  assert.match(
    (await call('flood', {}, 'd')).result ?? '',
    /x\n\[cut here: the response has more than 65536 bytes\]$/,
  )
  assert.match(
    (await call('stray', {}, 'e')).result ?? '',
    /^stray failed: 127\.0\.0\.1 redirects to an address/,
  )
  for (const path of ['/hang', '/flood']) assert.ok(closed.includes(path), path)
  const { text: catalogText, tools } = await catalog()
  assert.deepEqual(
    tools.filter(({ source }) => source === 'http').map(({ name }) => name),
    ['break', 'flood', 'get_quote', 'hang', 'stray'],
  )
  server.kill('SIGTERM')
  const { code, errors } = await server.exit
  assert.equal(code, 0)
  for (const text of [broken.text, catalogText, errors]) assert.ok(!text.includes(secret), text)
})

const petstore = `
openapi: 3.0.0
paths:
  /pets/{id}:
    get:
      operationId: getPet
      parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
`

test('a document of an API that is away at the start brings its tools when it is there, and another one at SIGHUP [reload]', async (t) => {
  const tables = `
tool-wait = "100ms"
[tools.openapi.pets]
document = "WEB/openapi.yaml"
headers = { X-Key = "\${SECRET}" }
`
  let isAway = true
  const { server, call, catalog, write, folder } = await openServer(t, tables, (request, response) => {
    if (request.url !== '/openapi.yaml') return response.end(`${request.url} ${request.headers['x-key']}`)
    response.writeHead(isAway ? 500 : 200).end(petstore)
    isAway = false
  })
  const names = async () => {
    const { tools } = await catalog()
    return tools.filter(({ source }) => source === 'openapi:pets').map(({ name }) => name)
  }
  const until = async (expected: string[]) => {
    while (`${await names()}` !== `${expected}`) await delay(20, undefined, { signal: t.signal })
  }
  await until(['getPet'])
  assert.equal((await call('getPet', { id: 7 }, 'a')).result, '/pets/7 ***')
  await writeFile(join(folder, 'pets.yaml'), petstore.replace('getPet', 'describePet'))
  await write('[tools.openapi.pets]\ndocument = "pets.yaml"\nserver = "WEB"\n')
  server.kill('SIGHUP')
  await until(['describePet'])
  assert.equal((await call('describePet', { id: 8 }, 'b')).result, '/pets/8 undefined')
  server.kill('SIGTERM')
  const { errors } = await server.exit
  assert.match(
    errors,
    /the tools of openapi:pets are not available: the document cannot be fetched: status 500/,
  )
  assert.ok(!errors.includes(secret))
})
