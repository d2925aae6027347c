import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkAgainst, checkTurn } from '../support/clients/native/check-turn.ts'
import { beginTurn, getTurn, join, postResults } from '../support/clients/native/client.ts'
import { serverPairOf } from '../support/processes/server-pair.ts'
import { calls, deviceTool, says } from '../support/stand-ins/ollama-replies.ts'

const pair = serverPairOf({ CHATTERD_CALL_TIMEOUT: '1s' })
const tools = [deviceTool('get_location'), deviceTool('take_photo')]

test('calls without results in time expire, once, and the model goes on with the results that there are', async () => {
  const { one, two, talk } = pair()
  const talks = Array.from({ length: 8 }, talk)
  await Promise.all(
    talks.map(async ({ name, model }, index) => {
      const called = [
        { name: 'get_location', arguments: {}, id: 'where' },
        { name: 'take_photo', arguments: {}, id: 'photo' },
      ]
      model.replies(says(calls(called)), says('Never mind.'))
      const [holder, other] = index % 2 ? [one, two] : [two, one]
      const stream = beginTurn(holder, name, { input: 'look', model: model.name, tools })
      await stream.until((event) => event.name === 'turn-waiting')
      const turn = String(stream.record.turn)
      const second = join(other, turn)
      if (index % 4 < 2) assert.equal((await postResults(other, turn, { where: 'here' })).status, 200)
      for (const each of [stream, second]) {
        assert.equal(await each.over, 'ended')
        each.record.endedAs('completed')
      }
      checkTurn(stream.record.events)
      assert.equal(stream.record.bytes(), second.record.bytes())
      checkAgainst((await getTurn(other, turn)).json, stream.record.events)
      assert.equal(model.prompts.length, 2)
      const [where, photo] = model.lastMessages().slice(-2)
      const expired = 'No result: the device did not answer this call.'
      assert.deepEqual([where?.content, photo?.content], [index % 4 < 2 ? 'here' : expired, expired])
      const late = await postResults(one, turn, { photo: 'a tree' })
      assert.deepEqual([late.status, late.json.code], [410, 'call-closed'])
    }),
  )
})
