import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ChatterdError } from '../protocol/errors.ts'
import type { PageFile, PageState } from '../protocol/page-file.ts'

/** The web page, as the server has it. */
export interface PagePorts {
  file(path: string): PageFile | undefined
  state(): PageState
}

/**
 * What the page may do in a browser: its own scripts, styles and requests, and nothing of other hosts. No text becomes HTML, of
 * models or others: the page makes elements (https://www.w3.org/TR/CSP3/, https://www.w3.org/TR/trusted-types/).
 */
const policy = [
  "default-src 'none'",
  ...[
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
  ],
  "img-src 'self' data: blob:",
  ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ...["require-trusted-types-for 'script'", "trusted-types 'none'"],
].join('; ')

const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'geolocation=(self), clipboard-write=(self), camera=(), microphone=()',
}

/** `GET /app` and what is below it: the web page. */
export function pageRoutes(app: FastifyInstance, page: PagePorts): void {
  app.get('/app', (request, reply) => sendPage(request, reply, page))
  app.get<{ Params: { '*': string } }>('/app/*', (request, reply) => {
    const path = request.params['*']
    if (path === '') return sendPage(request, reply, page)
    const file = page.file(path)
    if (!file || path === 'index.html') throw new ChatterdError('not-found', 'The page has no such file.')
    const lifetime = file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache'
    return sendFile(request, reply, file, lifetime)
  })
}

/** Sends the page, at whichever path below the root: its references to its files are relative. */
export function sendPage(request: FastifyRequest, reply: FastifyReply, page: PagePorts): FastifyReply {
  const file = page.file('index.html')
  if (!file) return sendAbsent(reply, page)
  const { pathname } = new URL(request.url, 'http://host')
  if (pathname.endsWith('/app/')) return sendFile(request, reply, file, 'no-cache')
  const plain = Buffer.from(file.plain.toString().replaceAll('="./', '="./app/'))
  return sendFile(request, reply, { type: file.type, immutable: false, plain }, 'no-cache')
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: PageFile, lifetime: string) {
  const accepted = String(request.headers['accept-encoding'] ?? '')
  const [encoding, body] =
    file.br && /\bbr\b/.test(accepted)
      ? ['br', file.br]
      : file.gzip && /\bgzip\b/.test(accepted)
        ? ['gzip', file.gzip]
        : [undefined, file.plain]
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  reply.headers({ ...headers, 'cache-control': lifetime, vary: 'Accept-Encoding', etag }).type(file.type)
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  if (encoding) reply.header('content-encoding', encoding)
  return reply.send(body)
}

/** A browser asks again by itself until the page is built; why there is none, the server's log says as well. */
function sendAbsent(reply: FastifyReply, page: PagePorts): FastifyReply {
  const state = page.state()
  const [refresh, text] =
    state.state === 'missing'
      ? ['', 'The server runs, but its web page is missing. The log of the server says why.']
      : [
          '<meta http-equiv="refresh" content="1">',
          'The web page is being built. It comes by itself in some seconds.',
        ]
  return reply
    .code(503)
    .headers({ ...headers, 'cache-control': 'no-store', 'retry-after': '1' })
    .type('text/html; charset=utf-8')
    .send(
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
        `<meta name="color-scheme" content="light dark">${refresh}<title>chatterd</title><p>${text}</p></html>`,
    )
}
