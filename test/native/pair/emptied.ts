import assert from 'node:assert/strict'
import { test } from 'node:test'
import { send } from '../../support/clients/classic/post.ts'
import { ask } from '../../support/clients/native/ask.ts'
import { checkTurn } from '../../support/clients/native/check-turn.ts'
import { beginTurn, getTurn, join, messagesOf } from '../../support/clients/native/client.ts'
import type { Following } from '../../support/clients/native/following.ts'
import type { ServerPair } from '../../support/processes/server-pair.ts'
import { calls, deviceTool, hangs, says, text } from '../../support/stand-ins/ollama-replies.ts'
import { untilWaiting } from '../stored.ts'

/** Conversations that are emptied or deleted while their turns run, wait, and are followed, at whichever process. */
export function emptiedConversations(pair: () => ServerPair): void {
  async function empty(how: 'emptied' | 'deleted', url: string, name: string, model: string): Promise<void> {
    if (how === 'deleted') {
      const { status } = await ask(`${url}/chatterd/v1/conversations/${name}`, { method: 'DELETE' })
      return assert.equal(status, 204)
    }
    const messages = [{ role: 'system', content: 'Be brief.' }]
    const { status } = await send(`${url}/llmprep`, { appID: name, model, messages, stream: false }).response
    assert.equal(status, 200)
  }

  /** The stream has ended with the turn's end, once. */
  async function endsAsCancelled({ over, record }: Following): Promise<void> {
    assert.equal(await over, 'ended')
    const { data } = record.endedAs('cancelled')
    assert.deepEqual(data.error, { code: 'turn-lost', detail: 'The conversation was emptied.' })
  }

  for (const how of ['emptied', 'deleted'] as const) {
    test(`when the conversation of a running turn is ${how} at any process, all that follow it get its end [ends-once]`, async () => {
      const { one, two, talk } = pair()
      for (const url of [one, two]) {
        const { name, model } = talk()
        model.replies(hangs([text('only '), text('this much')]))
        const first = beginTurn(one, name, { input: 'go on for ever', model: model.name })
        await first.until((event) => event.name === 'text-delta')
        const turn = String(first.record.turn)
        const second = join(two, turn)
        await second.until((event) => event.name === 'text-delta')
        const { closed } = await model.prompt(0)
        await empty(how, url, name, model.name)
        for (const stream of [first, second]) await endsAsCancelled(stream)
        await closed
        assert.equal((await getTurn(two, turn)).status, 404)
      }
    })

    test(`when the conversation of a turn that waits for its device is ${how}, all that follow it get its end [ends-once]`, async () => {
      const { one, two, talk } = pair()
      for (const url of [one, two]) {
        const { name, model } = talk()
        model.replies(says(calls([{ name: 'get_location', arguments: {}, id: 'where' }])))
        const tools = [deviceTool('get_location')]
        const first = beginTurn(one, name, { input: 'where am I?', model: model.name, tools })
        await first.until((event) => event.name === 'turn-waiting')
        const second = join(two, String(first.record.turn))
        await second.until((event) => event.name === 'turn-waiting')
        await empty(how, url, name, model.name)
        for (const stream of [first, second]) await endsAsCancelled(stream)
      }
    })

    test(`prompts that wait when their conversation is ${how} begin in the new one, in order of arrival [one-turn]`, async () => {
      const { one, two, talk } = pair()
      const { name, model } = talk()
      model.replies(hangs([text('well')]), ...['a', 'b', 'c'].map((word) => says(word)))
      const first = beginTurn(one, name, { input: 'first', model: model.name })
      await first.until((event) => event.name === 'text-delta')
      const waiting = [one, two, one].map((url, index) => async () => {
        const stream = beginTurn(url, name, { input: `${index}`, model: model.name })
        await untilWaiting(pair(), index + 1)
        return stream
      })
      const streams: Following[] = []
      for (const begin of waiting) streams.push(await begin())
      await empty(how, two, name, model.name)
      await endsAsCancelled(first)
      for (const stream of streams) {
        assert.equal(await stream.over, 'ended')
        stream.record.endedAs('completed')
        checkTurn(stream.record.events)
      }
      const log = await messagesOf(two, name)
      assert.deepEqual(
        log.filter(({ role }) => role === 'user').map(({ content }) => content),
        ['0', '1', '2'],
      )
    })
  }

  test('a classic client whose conversation is emptied at another process is told so', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    model.replies(hangs([text('Once ')]))
    const messages = [{ role: 'user', content: 'Tell me a story.' }]
    const posting = send(`${one}/llmchat`, { appID: name, model: model.name, messages, stream: true })
    await posting.event(0)
    await empty('emptied', two, name, model.name)
    const response = await posting.response
    assert.deepEqual([response.text, response.error], ['Once ', 'The conversation was emptied.'])
  })
}
