import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { createClient } from '../../src/client/index.ts'
import type { ConversationView, DeviceTool, ViewState } from '../../src/client/types.ts'
import { createView } from '../../src/client/view.ts'
import { databaseKinds } from '../support/databases/database-kinds.ts'
import { servedOf } from '../support/processes/served.ts'
import { calls, done, pauses, says, sends, text } from '../support/stand-ins/ollama-replies.ts'
import { viewUntil } from './until.ts'

/** A reply that stops after its first words until it may go on. */
function pausing(first: string, rest: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { script: pauses([text(first)], promise, [text(rest), done()]), goOn: resolve }
}

/** What a person sees of it. */
function shown({ messages, turn, sent, queued, failure }: ViewState) {
  const live = turn && [sent?.content, ...turn.replies.map((reply) => reply.text)]
  return {
    messages: messages.map(({ content }) => content),
    live,
    queued: queued.length,
    failure: failure?.status,
  }
}

function isIdle({ status, turn, queued }: ViewState): boolean {
  return status === 'ready' && turn === undefined && queued.length === 0
}

const [embedded] = databaseKinds.filter(({ kind }) => kind === 'embedded')

describe('a conversation that is open in two tabs', () => {
  assert.ok(embedded)
  const served = servedOf(embedded)

  /** Two tabs of one conversation, each with a client of its own. */
  function tabs(
    t: TestContext,
    tools: DeviceTool[] = [],
  ): {
    name: string
    model: ReturnType<ReturnType<typeof served>['talk']>['model']
    one: ConversationView
    two: ConversationView
  } {
    const { name, model } = served().talk()
    const baseUrl = new URL(served().one).origin
    const [one, two] = [0, 1].map(() => {
      const view = createView(createClient({ baseUrl }).conversation(name), { tools })
      t.after(view.subscribe(() => {}))
      return view
    })
    assert.ok(one && two)
    return { name, model, one, two }
  }

  test('shows the same in both: the prompt and the reply while it grows, and then the messages', async (t) => {
    const { model, one, two } = tabs(t)
    const reply = pausing('Hello', ' there')
    model.replies(reply.script)
    await Promise.all([one, two].map((view) => viewUntil(view, ({ status }) => status === 'ready')))
    one.send('Good day', { model: model.name })
    const growing = await Promise.all(
      [one, two].map((view) => viewUntil(view, ({ turn }) => turn?.replies[0]?.text === 'Hello')),
    )
    for (const state of growing)
      assert.deepEqual(shown(state), {
        messages: [],
        live: ['Good day', 'Hello'],
        queued: 0,
        failure: undefined,
      })
    reply.goOn()
    const ended = await Promise.all(
      [one, two].map((view) => viewUntil(view, (state) => isIdle(state) && state.messages.length === 2)),
    )
    for (const state of ended)
      assert.deepEqual(shown(state), {
        messages: ['Good day', 'Hello there'],
        live: undefined,
        queued: 0,
        failure: undefined,
      })
  })

  test('runs a call in the tab that has sent the prompt, and shows it in both', async (t) => {
    const runs: string[] = []
    const tool: DeviceTool = { name: 'get_place', run: (_, { callId }) => runs.push(callId) && { at: 'sea' } }
    const { model, one, two } = tabs(t, [tool])
    model.replies(sends([calls([{ name: 'get_place', arguments: {} }]), done()]), says('At the sea.'))
    one.send('Where am I?', { model: model.name })
    const [first, second] = await Promise.all(
      [one, two].map((view) => viewUntil(view, (state) => isIdle(state) && state.messages.length === 3)),
    )
    assert.deepEqual(first?.messages, second?.messages)
    assert.deepEqual(
      first?.messages[1]?.calls.map(({ status, output }) => [status, output]),
      [['answered', '{"at":"sea"}']],
    )
    assert.equal(runs.length, 1)
  })

  test('lets a prompt of the one wait for the turn of the other, and shows both what runs', async (t) => {
    const { model, one, two } = tabs(t)
    const reply = pausing('One', ' and done')
    model.replies(reply.script, says('Two'))
    one.send('first', { model: model.name })
    await viewUntil(two, ({ turn }) => turn?.replies[0]?.text === 'One')
    two.send('second', { model: model.name })
    const waiting = await viewUntil(two, ({ queued }) => queued[0]?.turn.position === 1)
    assert.deepEqual(shown(waiting), { messages: [], live: ['first', 'One'], queued: 1, failure: undefined })
    assert.equal(waiting.queued[0]?.sent?.content, 'second')
    reply.goOn()
    const ended = await Promise.all(
      [one, two].map((view) => viewUntil(view, (state) => isIdle(state) && state.messages.length === 4)),
    )
    for (const { messages } of ended)
      assert.deepEqual(
        messages.map(({ content }) => content),
        ['first', 'One and done', 'second', 'Two'],
      )
  })

  test('keeps what the server has refused, with its words, until the user puts it away', async (t) => {
    const { one } = tabs(t)
    const turn = one.send('hello', { model: 'none:at-all' })
    await assert.rejects(turn.result, { code: 'unknown-model', status: 404 })
    const { turn: refused, sent } = await viewUntil(
      one,
      (state) => state.status === 'ready' && state.turn?.status === 'failed',
    )
    assert.deepEqual([refused?.error?.code, sent?.content], ['unknown-model', 'hello'])
    one.dismiss()
    assert.deepEqual(shown(one.state), { messages: [], live: undefined, queued: 0, failure: undefined })
  })

  test('shows what is stored of a turn that was stopped, and how it ended', async (t) => {
    const { model, one, two } = tabs(t)
    const reply = pausing('Half', '')
    model.replies(reply.script)
    one.send('hello', { model: model.name })
    await viewUntil(two, ({ turn }) => turn?.replies[0]?.text === 'Half')
    await two.stop()
    const ended = await Promise.all(
      [one, two].map((view) => viewUntil(view, (state) => isIdle(state) && state.messages.length > 0)),
    )
    for (const state of ended)
      assert.deepEqual(shown(state), {
        messages: ['hello', 'Half'],
        live: undefined,
        queued: 0,
        failure: 'cancelled',
      })
    assert.equal(ended[0]?.messages[1]?.complete, false)
    reply.goOn()
  })

  test('shows another branch in both as soon as a message is edited, and switches back', async (t) => {
    const { model, one, two } = tabs(t)
    model.replies(says('One'), says('Two'))
    const both = (count: number, last: string) =>
      Promise.all(
        [one, two].map((view) =>
          viewUntil(
            view,
            (state) =>
              isIdle(state) && state.messages.length === count && state.messages.at(-1)?.content === last,
          ),
        ),
      )
    one.send('first', { model: model.name })
    await both(2, 'One')
    one.send('edited', { model: model.name, after: 0 })
    assert.deepEqual(shown(one.state), { messages: [], live: ['edited'], queued: 0, failure: undefined })
    for (const state of await both(2, 'Two')) assert.deepEqual(state.messages[0]?.siblings, [1, 2])
    await two.switchBranch(1)
    for (const state of await both(2, 'One')) assert.equal(state.messages[0]?.content, 'first')
  })

  test('is empty in both once the one has deleted it', async (t) => {
    const { name, model, one, two } = tabs(t)
    model.replies(says('Hello'))
    one.send('hi', { model: model.name })
    await Promise.all(
      [one, two].map((view) => viewUntil(view, (state) => isIdle(state) && state.messages.length === 2)),
    )
    await createClient({ baseUrl: new URL(served().one).origin })
      .conversation(name)
      .delete()
    const ended = await Promise.all(
      [one, two].map((view) => viewUntil(view, ({ conversation }) => conversation === undefined)),
    )
    for (const state of ended) assert.deepEqual([shown(state).messages, state.status], [[], 'ready'])
  })
})
