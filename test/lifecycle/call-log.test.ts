import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { ask } from '../support/clients/native/ask.ts'
import { beginTurn, postResults } from '../support/clients/native/client.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { serverEnv, startServer } from '../support/processes/child-server.ts'
import { ollamaStandIn } from '../support/stand-ins/ollama.ts'
import { calls, deviceTool, says } from '../support/stand-ins/ollama-replies.ts'

const tables = `
[tools]
on = ["calculate", "get_time"]
ask = ["get_time"]
`

for (const kind of databaseKinds)
  test(`on ${kind.name}, the log has one line for each call, whoever ends it, and nothing of its arguments, and the list of tools counts those that were run [call-log]`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'chatterd-call-log-'))
    t.after(() => rm(folder, { recursive: true }))
    const ollama = await ollamaStandIn()
    t.after(() => ollama.close())
    const model = ollama.model('log:test')
    await writeFile(join(folder, 'chatterd.toml'), tables)
    const source = await kind.create({ after: (end) => t.after(end) })
    const args = ['--config', join(folder, 'chatterd.toml')]
    const server = startServer(serverEnv(source, ollama.url), t.signal, args)
    t.after(() => server.kill('SIGKILL'))
    const url = await server.url
    const where = { name: 'get_location', arguments: { note: '4711' }, id: 'where' }
    const sum = { name: 'Calculate', arguments: { expression: '4711 + 1' }, id: 'sum' }
    const time = { name: 'get_time', arguments: { zone: 'Europe/Paris' }, id: 'time' }
    model.replies(says(calls([sum, where, time])), says('Done.'), says(calls([{ ...where, id: 'again' }])))
    const body = { input: 'go', model: model.name, tools: [deviceTool('get_location')] }
    const first = beginTurn(url, 'audited', body)
    await first.until(({ name }) => name === 'turn-waiting')
    const turn = String(first.record.turn)
    const start = first.record.events.find(({ data }) => data.callId === 'time')
    const hash = (start?.data.approval as { hash?: string } | undefined)?.hash
    const approvals = [{ callId: 'time', hash, decision: 'deny' }]
    await ask(`${url}/chatterd/v1/turns/${turn}/approvals`, { body: { approvals } })
    assert.equal((await postResults(url, turn, { where: 'the answer is 4711' })).status, 200)
    await first.over
    const second = beginTurn(url, 'audited', body)
    await second.until(({ name }) => name === 'turn-waiting')
    await ask(`${url}/chatterd/v1/conversations/audited`, { method: 'DELETE' })
    await second.over
    const { tools } = JSON.parse((await ask(`${url}/chatterd/v1/tools`)).text)
    assert.deepEqual(
      tools.map(({ name, calls, failures, repairs }: Record<string, unknown>) => [
        name,
        calls,
        failures,
        repairs,
      ]),
      [
        ['calculate', 1, 0, 1],
        ['get_time', 0, 0, 0],
        ['get_weather', 0, 0, 0],
      ],
    )
    server.kill('SIGTERM')
    const { errors } = await server.exit
    const lines = errors.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
    const logged = lines.filter(({ msg }) => msg === 'call')
    const [found] = logged.filter(({ call }) => call === 'time')
    assert.deepEqual([found?.conversation, found?.turn, found?.hash], ['audited', turn, hash])
    assert.deepEqual(
      logged
        .map(({ call, tool, source, repairs, approval, status }) =>
          [call, tool, source, repairs, approval, status].map(String).join(' '),
        )
        .toSorted(),
      [
        'again get_location device undefined undefined cancelled',
        'sum calculate builtin name undefined succeeded',
        'time get_time builtin undefined denied denied',
        'where get_location device undefined undefined answered',
      ],
    )
    assert.ok(!errors.includes('4711') && !errors.includes('Paris'))
  })
