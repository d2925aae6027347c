import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { printAddress } from './print-address.ts'
import { readJson } from './read-json.ts'

// What the ratios are against: the least that `node:http` can do. It sends the request to the engine, wraps each line as an event, and
// stores nothing. What one read brought is written at once.

const engine = new URL('/api/chat', process.env.OLLAMA_BASE_URL)
const agent = new Agent({ keepAlive: true })

function pipe(body: string, res: ServerResponse): void {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const upstream = request(engine, { method: 'POST', agent, headers }, (response) => {
    response.setEncoding('utf8')
    res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    let rest = ''
    response.on('data', (read: string) => {
      const lines = (rest + read).split('\n')
      rest = lines.pop() ?? ''
      if (lines.length > 0) res.write(`data: ${lines.join('\n\ndata: ')}\n\n`)
    })
    response.on('end', () => res.end())
  })
  upstream.on('error', () => res.destroy())
  res.on('close', () => upstream.destroy())
  upstream.end(body)
}

async function forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
  if (req.method === 'GET') {
    res.end('"pipe"')
    return
  }
  const { model, messages } = await readJson(req)
  pipe(JSON.stringify({ model, messages, stream: true }), res)
}

printAddress(createServer((req, res) => void forward(req, res)))
