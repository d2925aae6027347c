import { ConnectionPool } from '../http1/connection.ts'
import { Exchange } from '../http1/exchange.ts'
import type { OllamaAddress, OllamaHost, OllamaRequest } from './ollama-request.ts'
import { createProxiedHost, type HttpsProxy } from './proxied-host.ts'

/**
 * An Ollama server, reached over HTTP/1.1: there, closing the connection stops the engine. `baseUrl` is the part before `/api`; it
 * may have a user name and a password.
 */
export function createOllamaHost(baseUrl: string, connectTimeoutMs: number, proxy?: HttpsProxy): OllamaHost {
  const address = readAddress(baseUrl)
  return proxy && address.url.protocol === 'https:'
    ? createProxiedHost(address, connectTimeoutMs, proxy)
    : createDirectHost(address)
}

function readAddress(baseUrl: string): OllamaAddress {
  const url = new URL(baseUrl)
  const prefix = url.pathname.replace(/\/+$/, '')
  const address = { url, prefix, label: `Ollama at ${url.origin}${prefix}` }
  if (!url.username && !url.password) return address
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  return { ...address, authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

function createDirectHost({ url, prefix, authorization, label }: OllamaAddress): OllamaHost {
  const secure = url.protocol === 'https:'
  const pool = new ConnectionPool({
    secure,
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (secure ? 443 : 80),
  })
  const headers = [
    ...[`host: ${url.host}`, 'connection: keep-alive'],
    ...(authorization ? [`authorization: ${authorization}`] : []),
  ]

  function requestText({ method, path, body }: OllamaRequest): string {
    const head = [`${method} ${prefix}${path} HTTP/1.1`, ...headers, ''].join('\r\n')
    if (body === undefined) return `${head}\r\n`
    return `${head}content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  }

  return {
    async request(request, timeouts, signal) {
      const exchange = new Exchange(pool, { request: requestText(request), label, timeouts, signal })
      const { status, headers } = await exchange.head
      const contentType = headers.get('content-type') ?? ''
      return { status, contentType, body: exchange, finish: () => exchange.finish() }
    },
    async close() {
      pool.close()
    },
  }
}
