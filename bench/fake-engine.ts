import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readBenchModel, silentModelName, tokenText } from './bench-model.ts'
import { printAddress } from './print-address.ts'
import { readJson } from './read-json.ts'

// A process of its own that responds as Ollama does, and costs as little as it can: every line is made once.
// Each line is a chunk of its own, as Ollama flushes them.

const contextLength = 4096
const linesAtOnce = 32
const createdAt = '2026-01-01T00:00:00.000000000Z'

const replies = new Map<string, string[]>()

/** All lines of a model's reply, made at the first request for it. */
function replyLines(model: string, tokens: number): string[] {
  const known = replies.get(model)
  if (known) return known
  const head = { model, created_at: createdAt }
  const lines = Array.from({ length: tokens }, (_, index) =>
    JSON.stringify({ ...head, message: { role: 'assistant', content: tokenText(index) }, done: false }),
  )
  const counts = {
    total_duration: 1e9,
    load_duration: 1e6,
    prompt_eval_count: 26,
    prompt_eval_duration: 1e7,
    eval_count: tokens,
    eval_duration: 9e8,
  }
  const last = { message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop', ...counts }
  const all = [...lines, JSON.stringify({ ...head, ...last })].map((line) => `${line}\n`)
  replies.set(model, all)
  return all
}

function sendJson(res: ServerResponse, status: number, value: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

/** The first line at once, and then one each interval. */
function pace(res: ServerResponse, lines: string[], intervalMs: number): void {
  res.write(lines[0])
  let index = 1
  const timer = setInterval(() => {
    if (index < lines.length) res.write(lines[index++])
    if (index < lines.length) return
    clearInterval(timer)
    res.end()
  }, intervalMs)
  res.once('close', () => clearInterval(timer))
}

/** Writes as fast as the reader takes it, in pieces, so that other responses go on too. */
function pour(res: ServerResponse, lines: string[], from = 0): void {
  if (res.destroyed) return
  const until = Math.min(from + linesAtOnce, lines.length)
  let free = true
  for (let index = from; index < until; index++) free = res.write(lines[index])
  if (until === lines.length) res.end()
  else if (free) setImmediate(pour, res, lines, until)
  else res.once('drain', () => pour(res, lines, until))
}

async function chat(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { model: name } = await readJson(req)
  const model = readBenchModel(String(name))
  if (!model) return sendJson(res, 404, { error: `model '${name}' not found` })
  const lines = replyLines(String(name), model.tokens)
  res.writeHead(200, { 'content-type': 'application/x-ndjson' })
  if (model.silent) res.write(lines[0])
  else if (model.intervalMs > 0) pace(res, lines, model.intervalMs)
  else pour(res, lines)
}

async function show(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { model } = await readJson(req)
  if (!readBenchModel(String(model))) return sendJson(res, 404, { error: `model '${model}' not found` })
  sendJson(res, 200, {
    details: { format: 'gguf', family: 'bench' },
    model_info: { 'general.architecture': 'bench', 'bench.context_length': contextLength },
    capabilities: ['completion', 'tools', 'vision'],
  })
}

const server = createServer((req, res) => {
  const models = [{ name: silentModelName, model: silentModelName, size: 0, context_length: contextLength }]
  if (req.url === '/api/chat') void chat(req, res)
  else if (req.url === '/api/show') void show(req, res)
  else if (req.url === '/api/tags' || req.url === '/api/ps') sendJson(res, 200, { models })
  else if (req.url === '/api/version') sendJson(res, 200, { version: '0.33.0' })
  else sendJson(res, 404, { error: 'not found' })
})
server.keepAliveTimeout = 60_000
printAddress(server)
