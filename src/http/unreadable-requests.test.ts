import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import type { RequestReport } from './trace-requests.ts'
import { createClientErrorHandler } from './unreadable-requests.ts'

/** What a server answers to these bytes, and what it reports. */
async function answerTo(t: TestContext, sent: string) {
  const reports: RequestReport[] = []
  const server = createServer((_request, response) => void response.end('fine'))
  server.on(
    'clientError',
    createClientErrorHandler((report) => reports.push(report)),
  )
  t.after(() => void server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(sent)
  return { answer: await text(socket), reports }
}

test('what is no HTTP is answered in words, with an id that the log has too', async (t) => {
  const cases: [sent: string, status: number, words: RegExp][] = [
    ['hello\r\n\r\n', 400, /cannot be read as HTTP/],
    [`GET / HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 431, /head of the request is too long/],
    ['POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n', 400, /HTTP/],
    ['GET / HTTP/1.1\r\nhost: a\r\n\r\nnonsense\r\n\r\n', 400, /cannot be read as HTTP/],
  ]
  for (const [sent, status, words] of cases) {
    const { answer, reports } = await answerTo(t, sent)
    const [head = '', body = ''] = answer.slice(answer.lastIndexOf('HTTP/1.1')).split('\r\n\r\n')
    assert.ok(head.startsWith(`HTTP/1.1 ${status} `), head)
    assert.match(JSON.parse(body).error, words)
    const [report] = reports
    assert.deepEqual([reports.length, report?.status, report?.code], [1, status, 'invalid-request'])
    assert.ok(head.includes(`x-request-id: ${report?.request}`))
  }
})
