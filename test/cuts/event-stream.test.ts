import assert from 'node:assert/strict'
import { test } from 'node:test'
import { open } from '../support/clients/native/ask.ts'
import { checkTurn } from '../support/clients/native/check-turn.ts'
import { beginTurn, join, postResults, resume } from '../support/clients/native/client.ts'
import { SseReader } from '../support/clients/native/sse-reader.ts'
import { TurnRecord } from '../support/clients/native/turn-record.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { startChatterd } from '../support/processes/start-chatterd.ts'
import { shared } from '../support/shared.ts'
import { type OllamaStandIn, ollamaStandIn } from '../support/stand-ins/ollama.ts'
import { calls, deviceTool, done, message, says, sends, text } from '../support/stand-ins/ollama-replies.ts'
import { openMeteoStandIn } from '../support/stand-ins/open-meteo.ts'
import { testSize } from '../support/test-size.ts'

let ollama: OllamaStandIn
let url: string
shared(async (rooms) => {
  const [kind] = databaseKinds
  const source = await kind?.create({ after: (end) => rooms.defer(end) })
  assert.ok(source?.kind === 'embedded')
  ollama = await ollamaStandIn()
  rooms.defer(() => ollama.close())
  const openMeteo = await openMeteoStandIn()
  rooms.defer(() => openMeteo.close())
  const chatterd = await startChatterd({
    ...{ CHATTERD_ENGINE: 'ollama', OLLAMA_BASE_URL: ollama.url, OPEN_METEO_URL: openMeteo.url },
    CHATTERD_DATA_DIR: source.dataDir,
  })
  rooms.defer(() => chatterd.close())
  url = chatterd.url
})

/** A turn with all that there is: thoughts, text, calls of both sides, results, and characters of four bytes. */
async function wholeTurnOf(): Promise<TurnRecord> {
  const model = ollama.model('all:test')
  const coordinates = { latitude: '1', longitude: '2' }
  const called = [
    { name: 'get_weather', arguments: coordinates, id: 'sky' },
    { name: 'get_location', arguments: {}, id: 'where' },
    { name: 'get_nothing', arguments: {}, id: 'none' },
  ]
  const thinks = message({ thinking: 'Hmm… 🤔' })
  model.replies(
    sends([thinks, text('Let me see 👀.'), calls(called), done()]),
    says('You are at the sea 🌊,\n', 'and it is warm ☀️.'),
  )
  const tools = [deviceTool('get_location')]
  const stream = beginTurn(url, 'all', { input: 'where am I, and how is it?', model: model.name, tools })
  await stream.until(({ name }) => name === 'turn-waiting')
  const posted = await postResults(url, String(stream.record.turn), { where: 'the sea 🌊' })
  assert.equal(posted.status, 200, posted.text)
  assert.equal(await stream.over, 'ended')
  stream.record.endedAs('completed')
  checkTurn(stream.record.events)
  return stream.record
}

/** Reads so many bytes of the turn's stream and no more, and closes the connection. */
async function readBytes(turn: string, bytes: number): Promise<TurnRecord> {
  const record = new TurnRecord(turn)
  const reader = new SseReader({ onEvent: (raw) => record.take(raw), onComment: () => {} })
  let rest = bytes
  for await (const chunk of await open(`${url}/chatterd/v1/turns/${turn}/events`)) {
    const piece: Buffer = chunk.subarray(0, rest)
    rest -= piece.length
    reader.feed(piece)
    if (rest === 0) break
  }
  return record
}

test('a stream that breaks off after any of its bytes goes on as if nothing had happened [events]', async () => {
  const whole = await wholeTurnOf()
  const turn = String(whole.turn)
  const bytes = Buffer.from(`${whole.bytes()}\n\n`)
  // A client's next request depends only on the last number that it has seen: it is sent once.
  const rests = new Map<number, string>()
  for (let length = 1; length <= bytes.length; length += testSize.cutEvery) {
    const record = new TurnRecord(turn)
    const reader = new SseReader({ onEvent: (raw) => record.take(raw), onComment: () => {} })
    reader.feed(bytes.subarray(0, length))
    const [seen, isOver] = [record.bytes(), record.end !== undefined]
    if (!isOver && !rests.has(record.last)) {
      const rest = join(url, turn, record.last)
      assert.equal(await rest.over, 'ended')
      rests.set(record.last, rest.record.bytes())
    }
    const parts = [seen, isOver ? '' : rests.get(record.last)]
    assert.equal(parts.filter(Boolean).join('\n\n'), whole.bytes(), `broken off after ${length} bytes`)
  }
  for (let length = 1; length < bytes.length - 2; length += testSize.socketCutEvery) {
    const record = await readBytes(turn, length)
    assert.equal(await resume(url, record).over, 'ended', `broken off after ${length} bytes`)
    assert.equal(record.bytes(), whole.bytes(), `broken off after ${length} bytes`)
  }
})
