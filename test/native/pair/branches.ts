import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../src/protocol/json.ts'
import { send } from '../../support/clients/classic/post.ts'
import { ask } from '../../support/clients/native/ask.ts'
import { messagesOf, wholeTurn } from '../../support/clients/native/client.ts'
import type { ServerPair } from '../../support/processes/server-pair.ts'
import type { ScriptedModel } from '../../support/stand-ins/ollama.ts'
import { done, pauses, says, text } from '../../support/stand-ins/ollama-replies.ts'
import { untilWaiting } from '../stored.ts'

const pathOf = (url: string, name: string) => `${url}/chatterd/v1/conversations/${name}`

/** Begins a turn, which is not refused, and waits for its end. */
async function say(url: string, name: string, body: JsonObject): Promise<void> {
  const { status, json } = await ask(`${pathOf(url, name)}/turns`, { body })
  assert.equal(status, 202, JSON.stringify(json))
  await wholeTurn(url, String(json.id))
}

const textsOf = (messages: readonly JsonObject[]) => messages.map(({ content }) => content).join(' ')
const promptOf = (model: ScriptedModel) => textsOf(model.lastMessages() as unknown as JsonObject[])

/** Branches of conversations, whichever process gets the request. */
export function branches(pair: () => ServerPair): void {
  test('a prompt that is edited, and an answer that is asked for anew, are branches, and their messages tell which [any-process]', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    model.replies(says('b'), says('d'), says('f'), says('g'))
    await say(one, name, { input: 'a', model: model.name })
    await say(two, name, { input: 'c' })
    await say(one, name, { input: 'e', after: 2 })
    assert.equal(promptOf(model), 'a b e')
    await say(two, name, { input: [], after: 3 })
    assert.equal(promptOf(model), 'a b e')
    const messages = await messagesOf(one, name)
    assert.deepEqual(
      messages.map(({ seq, content, branch, siblings }) => [seq, content, branch, siblings]),
      [
        [1, 'a', 1, undefined],
        [2, 'b', 1, undefined],
        [3, 'e', 2, [1, 2]],
        [4, 'g', 3, [2, 3]],
      ],
    )
    const times = messages.map(({ createdAt }) => String(createdAt))
    assert.deepEqual(times, times.toSorted())
    for (const time of times) assert.equal(time, new Date(time).toISOString())
    const old = await ask(`${pathOf(two, name)}/messages?branch=1`)
    assert.equal(textsOf(old.json.messages as JsonObject[]), 'a b c d')
    const { json } = await ask(pathOf(two, name))
    assert.deepEqual([json.branch, json.messages], [3, 4])
  })

  test('another branch becomes the current one, for both dialects', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    model.replies(says('b'), says('d'), says('f'), says('h'))
    await say(one, name, { input: 'a', model: model.name })
    await say(one, name, { input: 'c', after: 0 })
    const classic = async (url: string, content: string) => {
      const body = { appID: name, model: model.name, messages: [{ role: 'user', content }], stream: false }
      assert.equal((await send(`${url}/llmchat`, body).response).status, 200)
    }
    await classic(two, 'e')
    assert.equal(promptOf(model), 'c d e')
    const changed = await ask(pathOf(two, name), { method: 'PATCH', body: { branch: 1 } })
    assert.deepEqual([changed.status, changed.json.branch, changed.json.messages], [200, 1, 2])
    await classic(one, 'g')
    assert.equal(promptOf(model), 'a b g')
    assert.equal(textsOf(await messagesOf(two, name)), 'a b g h')
  })

  test('a message or a branch that is not there is refused with words, and nothing is stored', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    model.replies(says('b'))
    await say(one, name, { input: 'a', model: model.name })
    for (const [body, detail] of [
      [{ input: 'x', after: 3 }, /no message 3.*number 2/],
      [{ input: 'x', after: -1 }, /^after/],
      [{ input: [], after: 2 }, /message 2 is none of the user's/],
      [{ input: [] }, /^input/],
    ] as const) {
      const { status, json } = await ask(`${pathOf(two, name)}/turns`, { body })
      assert.deepEqual([status, json.code], [422, 'invalid-request'])
      assert.match(String(json.detail), detail)
    }
    for (const { status, json } of [
      await ask(pathOf(one, name), { method: 'PATCH', body: { branch: 2 } }),
      await ask(`${pathOf(one, name)}/messages?branch=2`),
    ]) {
      assert.deepEqual([status, json.code], [422, 'invalid-request'])
      assert.match(String(json.detail), /no branch 2/)
    }
    assert.equal(textsOf(await messagesOf(two, name)), 'a b')
  })

  test('while a turn runs its branch stays, and what waits for it is judged when it begins', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    const gate = Promise.withResolvers<void>()
    model.replies(says('b'), pauses([text('d')], gate.promise, [done()]), says('f'))
    await say(one, name, { input: 'a', model: model.name })
    const running = say(one, name, { input: 'c', after: 0 })
    await model.prompt(1)
    const refused = await ask(pathOf(two, name), { method: 'PATCH', body: { branch: 1 } })
    assert.deepEqual([refused.status, refused.json.code], [409, 'conversation-busy'])
    const tooLate = ask(`${pathOf(two, name)}/turns`, { body: { input: 'x', after: 3 } })
    await untilWaiting(pair(), 1)
    const inTime = say(one, name, { input: 'e', after: 2 })
    await untilWaiting(pair(), 2)
    gate.resolve()
    const { status, json } = await tooLate
    assert.deepEqual([status, json.code], [422, 'invalid-request'])
    await Promise.all([running, inTime])
    assert.equal(textsOf(await messagesOf(two, name)), 'c d e f')
  })

  test('of many who ask for another answer at the same time each gets a branch of its own [one-turn]', async () => {
    const { one, two, talk } = pair()
    const { name, model } = talk()
    const answers = Array.from({ length: 9 }, (_, index) => `answer-${index}`)
    model.replies(...answers.map((answer) => says(answer)))
    await say(one, name, { input: 'a', model: model.name })
    const body = { input: [], after: 1 }
    await Promise.all(answers.slice(1).map((_, index) => say(index % 2 ? one : two, name, body)))
    const all = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    const replies = await Promise.all(
      all.map(async (branch) => {
        const { json } = await ask(`${pathOf(two, name)}/messages?branch=${branch}`)
        const [, reply] = json.messages as JsonObject[]
        assert.deepEqual(reply?.siblings, all)
        return reply?.content
      }),
    )
    assert.deepEqual(replies.toSorted(), answers)
  })
}
