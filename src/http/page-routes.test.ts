import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import fastify, { type FastifyInstance } from 'fastify'
import type { PageFile } from '../protocol/page-file.ts'
import { setErrorHandlers } from './errors.ts'
import { type PagePorts, pageRoutes } from './page-routes.ts'
import { rootRoute } from './root-route.ts'

const html = '<!doctype html><link rel="stylesheet" href="./assets/style-abcdefgh.css">'
const css = 'body { margin: 0 }'

function file(type: string, text: string, immutable: boolean): PageFile {
  const plain = Buffer.from(text)
  return { type, immutable, plain, br: brotliCompressSync(plain), gzip: gzipSync(plain) }
}
const files = new Map([
  ['index.html', file('text/html; charset=utf-8', html, false)],
  ['assets/style-abcdefgh.css', file('text/css; charset=utf-8', css, true)],
])
const ready: PagePorts = { file: (path) => files.get(path), state: () => ({ state: 'ready' }) }
const browser = { accept: 'text/html,*/*;q=0.8' }

function appWith(page: PagePorts): FastifyInstance {
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true } })
  setErrorHandlers(app, (fault) => assert.fail(String(fault)))
  rootRoute(app, { models: async () => [] } as never, page)
  pageRoutes(app, page)
  return app
}

test('the page finds its files from each path where it is served', async () => {
  const app = appWith(ready)
  for (const path of ['/', '/app', '/app/']) {
    const response = await app.inject({ url: path, headers: browser })
    const [, reference = ''] = /href="([^"]+)"/.exec(response.body) ?? []
    const { pathname } = new URL(reference, `http://host${path}`)
    assert.equal(pathname, '/app/assets/style-abcdefgh.css', path)
    assert.equal((await app.inject(pathname)).body, css)
  }
})

test('the page may load nothing of other hosts, and no other page may frame it', async () => {
  const app = appWith(ready)
  for (const path of ['/', '/app', '/app/assets/style-abcdefgh.css']) {
    const { headers } = await app.inject({ url: path, headers: browser })
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /^default-src 'none'; /)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
})

test('a browser gets the smallest copy that it takes, and each copy has the same content', async () => {
  const app = appWith(ready)
  const get = (encodings: string) =>
    app.inject({ url: '/app/assets/style-abcdefgh.css', headers: { 'accept-encoding': encodings } })
  const br = await get('gzip, deflate, br')
  assert.equal(br.headers['content-encoding'], 'br')
  assert.equal(brotliDecompressSync(br.rawPayload).toString(), css)
  const gzip = await get('gzip')
  assert.equal(gzip.headers['content-encoding'], 'gzip')
  assert.equal(gunzipSync(gzip.rawPayload).toString(), css)
  const plain = await get('identity')
  assert.equal(plain.headers['content-encoding'], undefined)
  assert.equal(plain.body, css)
  assert.equal(plain.headers.vary, 'Accept-Encoding')
})

test('files with a digest in their name are kept for good, and the page itself is asked for again each time', async () => {
  const app = appWith(ready)
  assert.match(
    String((await app.inject('/app/assets/style-abcdefgh.css')).headers['cache-control']),
    /immutable/,
  )
  const first = await app.inject('/app')
  assert.equal(first.headers['cache-control'], 'no-cache')
  const again = await app.inject({ url: '/app', headers: { 'if-none-match': String(first.headers.etag) } })
  assert.deepEqual([again.statusCode, again.body], [304, ''])
})

test('while the page is being built, the browser asks again by itself', async () => {
  const app = appWith({ file: () => undefined, state: () => ({ state: 'building' }) })
  for (const path of ['/', '/app']) {
    const response = await app.inject({ url: path, headers: browser })
    assert.equal(response.statusCode, 503)
    assert.match(response.body, /http-equiv="refresh"/)
  }
})

test('where the page is missing, /app says so, and / has a command to try', async () => {
  const app = appWith({ file: () => undefined, state: () => ({ state: 'missing', reason: 'no vite' }) })
  const missing = await app.inject({ url: '/app', headers: browser })
  assert.equal(missing.statusCode, 503)
  assert.match(missing.body, /log of the server says why/)
  assert.match((await app.inject({ url: '/', headers: browser })).body, /curl -N/)
})

test('what is no file of the page is not found', async () => {
  const app = appWith(ready)
  for (const path of [
    '/app/nothing',
    '/app/index.html',
    '/app/..%2fpackage.json',
    '/app/__proto__',
    '/app/%00',
  ])
    assert.equal((await app.inject(path)).statusCode, 404, path)
})

test('phones get their greeting from / as ever', async () => {
  const { body, headers } = await appWith(ready).inject({ url: '/', headers: { accept: '*/*' } })
  assert.equal(body, '"EECS Reactive chatterd"')
  assert.match(String(headers['content-type']), /^application\/json/)
})
