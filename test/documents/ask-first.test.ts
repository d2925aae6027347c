import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask } from '../support/clients/native/ask.ts'
import { beginTurn } from '../support/clients/native/client.ts'
import { startChatterd } from '../support/processes/start-chatterd.ts'
import { openMeteoStandIn } from '../support/stand-ins/open-meteo.ts'

const page = await readFile(new URL('../../docs/tools.md', import.meta.url), 'utf8')

test('with the settings of docs/tools.md the weather is asked for only after a person has approved it [asked-first]', async (t) => {
  const [, settings] = /## Ask a person first\n[\s\S]*?```toml\n([\s\S]*?)```/.exec(page) ?? []
  assert.ok(settings)
  const folder = await mkdtemp(join(tmpdir(), 'chatterd-ask-first-'))
  await writeFile(join(folder, 'chatterd.toml'), settings)
  const weather = await openMeteoStandIn()
  const server = await startChatterd(
    {
      ...{ CHATTERD_ENGINE: 'demo', CHATTERD_DATA_DIR: join(folder, 'data') },
      OPEN_METEO_URL: weather.url,
    },
    { cwd: folder },
  )
  t.after(async () => {
    await server.close()
    await weather.close()
    await rm(folder, { recursive: true })
  })
  const { tools } = JSON.parse((await ask(`${server.url}/chatterd/v1/tools`)).text)
  assert.equal(tools.find(({ name }: { name: string }) => name === 'get_weather')?.approval, true)

  const stream = beginTurn(server.url, 'ask', { input: 'What is the weather at 42.29, -83.71?' })
  await stream.until((event) => event.name === 'turn-waiting')
  const turn = `${server.url}/chatterd/v1/turns/${stream.record.turn}`
  const [call] = JSON.parse((await ask(turn)).text).calls
  assert.deepEqual([call.status, call.approval.source], ['asked', 'builtin'])
  const { callId, approval } = call
  const post = (hash: string) =>
    ask(`${turn}/approvals`, { body: { approvals: [{ callId, hash, decision: 'approve' }] } })
  assert.equal((await post('another')).status, 409)
  assert.deepEqual([(await post(approval.hash)).status, (await post(approval.hash)).status], [200, 200])
  assert.equal(await stream.over, 'ended')
  stream.record.endedAs('completed')
  const [ended] = JSON.parse((await ask(turn)).text).calls
  assert.equal(ended.status, 'succeeded')
})
