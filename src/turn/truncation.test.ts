import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMemoryStore, type MemoryStore } from '../../test/support/memory-store/memory-store.ts'
import {
  call,
  calls,
  createScriptedEngine,
  part,
  type Scene,
  says,
} from '../../test/support/turns/scripted-engine.ts'
import {
  begin,
  engineError,
  limits,
  request,
  resident,
  run,
  user,
} from '../../test/support/turns/scripted-turn.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { createToolbox } from '../tools/toolbox.ts'

const tooLong: Scene[] = [engineError('context-overflow', 'the prompt is too long')]

interface Ask {
  replies?: Scene[][]
  /** Tokens that are asked for, or that the model has. */
  asked?: number
  context?: number
  model?: string
}

/** A conversation, and a function that has one turn of it: what the model was prompted with, and the notices. */
function talk(store: MemoryStore = createMemoryStore()) {
  let turns = 0
  return {
    store,
    async ask(
      content: string,
      { replies = [says('Yes.')], asked, context = 100_000, model = 'm' }: Ask = {},
    ) {
      const engine = createScriptedEngine(replies, { context })
      const state = await begin(store, [user(content)], `t${++turns}`)
      const { events } = await run({
        ...{ engine, store, state: { ...state, request: { ...request, model } } },
        limits: { ...limits, ...(asked && { contextTokens: asked }) },
      })
      const texts = engine.requests.at(-1)?.messages.map(({ content }) => content) ?? []
      return { texts, notices: noticesOf(events), prompts: engine.requests.length }
    },
  }
}

type Talk = ReturnType<typeof talk>

function noticesOf(events: readonly TurnEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'notice' ? [event.code] : []))
}

/** A reply that the engine has counted. */
function counted(promptTokens: number): Scene[] {
  return [[part({ text: 'Yes.' })], [part({ done: true, promptTokens, outputTokens: 1 })]]
}

/** Has ten turns of some 200 tokens each, the first of which says what is to be remembered. */
async function longTalk(): Promise<Talk> {
  const long = talk()
  await long.ask('My name is Ada.')
  for (let number = 1; number < 10; number++) await long.ask(`${number} ${'x'.repeat(600)}`)
  return long
}

test('a conversation that was truncated for a small window has its older messages again in a larger one', async () => {
  for (const [small, large] of [
    [{ asked: 1_000 }, { asked: 8_000 }],
    [{ asked: 1_000 }, {}],
    [{ context: 1_700, model: 'small' }, { model: 'large' }],
    [{ replies: [tooLong, says('Yes.')] }, { model: 'large', context: 200_000 }],
    [{ replies: [tooLong, says('Yes.')] }, { asked: 50_000 }],
  ] satisfies [Ask, Ask][]) {
    const { ask, store } = await longTalk()
    const narrow = await ask('Who am I?', small)
    assert.ok(!narrow.texts.includes('My name is Ada.'), JSON.stringify(small))
    assert.deepEqual(narrow.notices, ['history-cut'])
    const wide = await ask('And now?', large)
    assert.ok(wide.texts.includes('My name is Ada.'), JSON.stringify(large))
    assert.equal(wide.texts.filter((text) => text === 'Who am I?').length, 1)
    assert.deepEqual(wide.notices, [])
    assert.equal(store.conversation('talk')?.truncation, undefined)
  }
})

test('of a long conversation only as much is read as fits, and the prompt begins with the beginning of a turn', async () => {
  const { ask, store } = talk()
  const state = await begin(
    store,
    [{ role: 'system', content: 'Be brief.' }, user('My name is Ada.')],
    'first',
  )
  await run({ engine: createScriptedEngine([says('Yes.')]), store, state })
  for (let number = 0; number < 200; number++) {
    const state = await begin(store, [user('begins'), user('x'.repeat(100))], `long${number}`)
    await run({ engine: createScriptedEngine([says('Yes.')]), store, state })
  }
  await ask('Who am I?', { asked: 1_000 })
  let read = 0
  const { messages } = store.directory
  store.directory.messages = (...request) => {
    read += 1
    return messages(...request)
  }
  const wider = await ask('And now?', { asked: 4_000 })
  assert.equal(read, 1)
  assert.equal(wider.texts[2], 'begins')
  const whole = await ask('And now?', { asked: 30_000 })
  assert.equal(read, 4)
  assert.deepEqual(whole.texts.slice(0, 3), ['Be brief.', 'My name is Ada.', 'Yes.'])
  assert.equal(whole.texts.filter((text) => text === 'begins').length, 200)
  await ask('And now?', { asked: 30_000 })
  assert.equal(read, 4)
})

test('in a window that has grown a little, as much of the older messages is there again as fits, and the prompt keeps its beginning', async () => {
  const { ask, store } = await longTalk()
  const from = () => store.conversation('talk')?.promptFrom ?? 0
  await ask('Who am I?', { asked: 1_000 })
  const narrow = from()
  await ask('And now?', { asked: 2_200 })
  const wide = from()
  assert.ok(wide < narrow && wide > 1, `${narrow} ${wide}`)
  for (const asked of [2_200, 1_700, 2_200]) {
    const { notices } = await ask('And now?', { asked })
    assert.deepEqual([from(), notices], [wide, []])
  }
})

test('a window that has grown by less than it takes leaves the prompt as it is', async () => {
  const { ask, store } = await longTalk()
  await ask('Who am I?', { asked: 1_000 })
  const from = store.conversation('talk')?.promptFrom
  const { notices } = await ask('And now?', { asked: 1_001 })
  assert.deepEqual([store.conversation('talk')?.promptFrom, notices], [from, []])
})

test('after a refusal, the older messages are there again once the engine has taken a prompt as long as the one it refused', async () => {
  const { ask } = await longTalk()
  const refused = await ask('Who am I?', { replies: [tooLong, counted(1_000)] })
  assert.deepEqual(refused.notices, ['history-cut'])
  const later = await ask('And now?', { replies: [counted(1_100)] })
  assert.ok(!later.texts.includes('My name is Ada.'))
  await ask('x'.repeat(300), { replies: [counted(5_000)] })
  const again = await ask('Who am I?')
  assert.ok(again.texts.includes('My name is Ada.'))
})

test('an engine that refuses the older messages again gets the prompt without them, and the client no second notice', async () => {
  const { ask } = await longTalk()
  await ask('Who am I?', { asked: 1_000 })
  const refused = await ask('And now?', { replies: [tooLong, says('Yes.')] })
  assert.ok(!refused.texts.includes('My name is Ada.'))
  assert.deepEqual([refused.prompts, refused.notices], [2, []])
  const later = await ask('And now?')
  assert.deepEqual([later.prompts, later.notices], [1, []])
  assert.ok(!later.texts.includes('My name is Ada.'))
})

test('messages that a model has refused do not come back', async () => {
  const { ask } = await longTalk()
  await ask('broken', { replies: [[engineError('engine-refused')]] })
  for (let number = 0; number < 3; number++) await ask('x'.repeat(600))
  await ask('Who am I?', { asked: 1_000 })
  const wide = await ask('And now?')
  assert.ok(wide.texts.includes('My name is Ada.') && !wide.texts.includes('broken'))
})

test('while the database cannot be read, the turn goes on with the messages that it has', async () => {
  const { ask, store } = await longTalk()
  await ask('Who am I?', { asked: 1_000 })
  const { messages } = store.directory
  store.directory.messages = () => Promise.reject(engineError('database-unavailable'))
  assert.ok(!(await ask('And now?')).texts.includes('My name is Ada.'))
  store.directory.messages = messages
  assert.ok((await ask('And now?')).texts.includes('My name is Ada.'))
})

test('a last turn that does not fit leaves its question and its answer, not its results', async () => {
  const store = createMemoryStore()
  const toolbox = createToolbox([resident('look', () => 'x'.repeat(9_000))])
  const look = createScriptedEngine([calls(call('look')), says('It is blue.')])
  const narrow = { ...limits, contextTokens: 1_000 }
  await run({ engine: look, store, toolbox, state: await begin(store, [user('What colour is it?')], 't1') })
  const engine = createScriptedEngine([says('Yes.')])
  const state = await begin(store, [user('Are you sure?')], 't2')
  const { events } = await run({ engine, store, state, limits: narrow })
  assert.deepEqual(
    engine.requests[0]?.messages.map(({ content }) => content),
    ['What colour is it?', 'It is blue.', 'Are you sure?'],
  )
  assert.deepEqual(noticesOf(events), ['history-cut'])
})

test('a turn whose results outgrow the window goes on with its question and parts of them, and one notice', async () => {
  const toolbox = createToolbox([resident('look', () => `begin ${'x'.repeat(9_000)} end`)])
  const looksAgain = [
    [part({ calls: [call('look')] }), part({ done: true, promptTokens: 600, outputTokens: 9 })],
  ]
  const looks = [calls(call('look')), looksAgain, looksAgain, looksAgain, looksAgain]
  const engine = createScriptedEngine([...looks, says('It is blue.')])
  const { events, last, store } = await run({
    ...{ engine, toolbox, messages: [user('What colour is it?')] },
    limits: { ...limits, contextTokens: 2_000 },
  })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  assert.deepEqual(noticesOf(events), ['history-cut'])
  for (const { messages } of engine.requests) {
    assert.equal(messages[0]?.content, 'What colour is it?')
    assert.ok(messages.map(({ content }) => content).join('').length < 2_000 * 3)
  }
  assert.match(engine.requests.at(-1)?.messages.at(-1)?.content ?? '', /^begin x+\n\[… .*\]\nx+ end$/)
  // The log keeps them whole.
  assert.equal(store.conversation('talk')?.messages[1]?.calls[0]?.output?.length, 9_010)
})

test('an engine that refuses the results of a turn gets less and less of them', async () => {
  const toolbox = createToolbox([resident('look', () => 'x'.repeat(9_000))])
  const engine = createScriptedEngine([calls(call('look')), tooLong, tooLong, says('It is blue.')])
  const { events, last } = await run({ engine, toolbox, messages: [user('What colour is it?')] })
  assert.deepEqual(last, { type: 'turn-end', status: 'completed' })
  assert.deepEqual(noticesOf(events), ['history-cut'])
  const sizes = engine.requests.slice(1).map(({ messages }) => messages.at(-1)?.content.length ?? 0)
  assert.equal(sizes[0], 9_000)
  assert.ok((sizes[1] ?? 0) < 5_000 && (sizes[2] ?? 0) < 3_000, `${sizes}`)
})

test('parts that were left out of a turn are in the prompts of later turns where they fit', async () => {
  const store = createMemoryStore()
  const toolbox = createToolbox([resident('look', () => 'x'.repeat(9_000))])
  const look = createScriptedEngine([calls(call('look')), says('It is blue.')])
  const narrow = { ...limits, contextTokens: 1_000 }
  await run({
    engine: look,
    store,
    toolbox,
    state: await begin(store, [user('Which?')], 't1'),
    limits: narrow,
  })
  const engine = createScriptedEngine([says('Yes.')])
  await run({ engine, store, state: await begin(store, [user('Sure?')], 't2') })
  assert.ok(engine.requests[0]?.messages.some(({ content }) => content === 'x'.repeat(9_000)))
})
