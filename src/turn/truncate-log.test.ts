import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { logs, possibleTruncations } from '../../test/support/arbitraries/logs.ts'
import type { LogMessage, Usage } from '../protocol/message.ts'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { estimatePrompt, type PromptSource, tokenScale } from './estimate-tokens.ts'
import { prompt } from './prompt.ts'
import { truncateLog } from './truncate-log.ts'

const runs = { numRuns: 300, seed: 1 }
const windows = fc.constantFrom(10, 40, 100, 300, 1_000)

/** A turn of a user message and a reply, of `size` characters each. */
function turn(number: number, size: number, usage?: Usage): LogMessage[] {
  const message = { turn: `t${number}`, complete: true, calls: [] }
  return [
    { ...message, seq: 2 * number - 1, role: 'user', content: 'x'.repeat(size) },
    { ...message, seq: 2 * number, role: 'assistant', content: 'y'.repeat(size), ...(usage && { usage }) },
  ]
}

function turns(count: number, size: number): LogMessage[] {
  return Array.from({ length: count }, (_, seq) => turn(seq + 1, size)).flat()
}

/** Where the engine has refused the prompt, it is larger than the window, whatever the estimate says. */
function truncate(source: PromptSource, tools: readonly ToolSchema[], window: number, isRefused = false) {
  const least = isRefused ? window / estimatePrompt(source, tools) : 0
  return truncateLog(source, tools, window, Math.max(tokenScale(source, tools), least))
}

test('a log is truncated where a turn starts, not before the last truncation, and not past the newest turn', () => {
  const cases = logs.chain((one) =>
    fc.record({
      one: fc.constant(one),
      from: fc.constantFrom(...possibleTruncations(one)),
      window: windows,
      force: fc.boolean(),
    }),
  )
  fc.assert(
    fc.property(cases, ({ one, from, window, force }) => {
      const next = truncate({ ...one, promptFrom: from }, [], window, force)
      const newest = one.log.at(-1)?.turn
      assert.ok(next >= from)
      assert.ok(possibleTruncations(one).includes(next))
      if (newest)
        assert.ok(next <= Math.max(from, one.log.find((message) => message.turn === newest)?.seq ?? 0))
    }),
    runs,
  )
})

test('a forced truncation leaves something out wherever there is more than the newest turn', () => {
  const cases = logs.chain((one) =>
    fc.record({ one: fc.constant(one), from: fc.constantFrom(...possibleTruncations(one)), window: windows }),
  )
  fc.assert(
    fc.property(cases, ({ one, from, window }) => {
      const later = possibleTruncations(one).some(
        (start) => start > from && one.log.some(({ seq }) => seq === start),
      )
      const kept = one.log.some(({ seq }) => seq >= from && seq > one.pinned)
      const next = truncate({ ...one, promptFrom: from }, [], window, true)
      assert.equal(next > from, later && kept && next !== from)
      if (later && one.log.some(({ seq, turn }) => seq >= from && turn !== one.log.at(-1)?.turn))
        assert.ok(next > from)
    }),
    runs,
  )
})

test('a log that fits is not truncated', () => {
  assert.equal(truncate({ log: turns(10, 30), pinned: 0, promptFrom: 1 }, [], 10_000), 1)
})

test('a full log is truncated to about half of the context at once', () => {
  const log = turns(100, 300)
  const from = truncate({ log, pinned: 0, promptFrom: 1 }, [], 4_000)
  const kept = estimatePrompt({ log, pinned: 0, promptFrom: from }, [])
  assert.ok(kept <= 2_000 && kept > 1_700, `${kept} tokens are kept`)
})

test("a client's history is truncated before a message of its user, not dropped as a whole", () => {
  const history = turns(20, 450).map((message) => ({ ...message, turn: null }))
  const asked = { ...(turn(21, 450)[0] as LogMessage) }
  const from = truncate({ log: [...history, asked], pinned: 0, promptFrom: 1 }, [], 8_192)
  assert.equal(from, 17)
  assert.equal(history.find(({ seq }) => seq === from)?.role, 'user')
})

test('tools and pinned messages count', () => {
  const log = turns(12, 300)
  const state = { log, pinned: 0, promptFrom: 1 }
  const window = estimatePrompt(state, []) / 0.7
  assert.equal(truncate(state, [], window), 1)
  const parameters = { description: 'z'.repeat(3_000) }
  assert.ok(truncate(state, [{ type: 'function', function: { name: 'f', parameters } }], window) > 1)
  const pinned: LogMessage = {
    ...turn(1, 3_000)[0],
    seq: 1,
    turn: null,
    role: 'system',
    complete: true,
    calls: [],
    content: 'z'.repeat(3_000),
  }
  const moved = log.map((message) => ({ ...message, seq: message.seq + 1 }))
  assert.ok(truncate({ log: [pinned, ...moved], pinned: 1, promptFrom: 2 }, [], window) > 2)
})

test('the newest turn stays whole, however long it is', () => {
  const log = [...turns(3, 30), ...turn(4, 90_000)]
  assert.equal(truncate({ log, pinned: 0, promptFrom: 1 }, [], 1_000), 7)
  assert.equal(truncate({ log: turn(1, 90_000), pinned: 0, promptFrom: 1 }, [], 1_000, true), 1)
})

/**
 * Lets a conversation grow on an engine that counts `tokensPerChar`, and returns where each turn's prompt begins, and what
 * each prompt counted.
 */
function grow(count: number, size: number, window: number, tokensPerChar: number) {
  const starts: number[] = []
  const counted: number[] = []
  let log: LogMessage[] = []
  let from = 1
  for (let number = 1; number <= count; number++) {
    const [asked, reply] = turn(number, size)
    assert.ok(asked && reply)
    log = [...log, asked]
    from = truncate({ log, pinned: 0, promptFrom: from }, [], window)
    const text = prompt({ log, pinned: 0, promptFrom: from }).map(({ content }) => content)
    const promptTokens = Math.round(text.join('').length * tokensPerChar)
    log = [...log, { ...reply, usage: { promptTokens, outputTokens: Math.round(size * tokensPerChar) } }]
    starts.push(from)
    counted.push(promptTokens)
  }
  return { starts, counted }
}

for (const tokensPerChar of [0.15, 0.3, 1, 2]) {
  test(`with ${tokensPerChar} tokens a character, the prompt stays in its context and its beginning the same for many turns`, () => {
    const window = 40_000 * tokensPerChar
    const { starts, counted } = grow(300, 200, window, tokensPerChar)
    // The context is filled several times over, and each truncation holds for about a quarter of it.
    const changes = starts.filter((from, index) => index > 0 && from !== starts[index - 1]).length
    assert.ok(changes >= 5 && changes <= 14, `${changes} cuts`)
    assert.ok(Math.max(...counted) <= window, `${Math.max(...counted)} tokens`)
    assert.deepEqual(
      starts,
      starts.toSorted((one, other) => one - other),
    )
  })
}

test("an engine's own count corrects the estimate", () => {
  const fits = [...turns(5, 300), ...turn(6, 300)]
  const window = estimatePrompt({ log: fits, pinned: 0, promptFrom: 1 }, []) * 1.5
  assert.equal(truncate({ log: fits, pinned: 0, promptFrom: 1 }, [], window), 1)
  const counted = [...turns(5, 300), ...turn(6, 300, { promptTokens: window, outputTokens: 10 })]
  assert.ok(truncate({ log: counted, pinned: 0, promptFrom: 1 }, [], window) > 1)
})

test("a count of only what was not in the engine's cache is ignored", () => {
  const log = [...turns(50, 300), ...turn(51, 300, { promptTokens: 5, outputTokens: 5 }), ...turn(52, 300)]
  assert.ok(truncate({ log, pinned: 0, promptFrom: 1 }, [], 1_000) > 1)
})

test('the token count of an earlier, longer prompt does not make a truncated log be truncated again', () => {
  // The engine's count is of before the truncation.
  const log = [...turns(20, 300), ...turn(21, 300, { promptTokens: 4_000, outputTokens: 100 })]
  const full = [...log, ...turn(22, 300, {})]
  const from = truncate({ log: full, pinned: 0, promptFrom: 1 }, [], 5_000)
  assert.ok(from > 1)
  assert.equal(truncate({ log: [...full, ...turn(23, 300)], pinned: 0, promptFrom: from }, [], 5_000), from)
})

test("results that came after the engine's count are counted in full", () => {
  const log = turns(10, 300)
  const [asked, reply] = turn(11, 300)
  assert.ok(asked && reply)
  const promptTokens = estimatePrompt({ log: [...log, asked], pinned: 0, promptFrom: 1 }, [])
  const call = { id: 'c', index: 0, name: 'f', arguments: {}, side: 'resident', status: 'succeeded' } as const
  const counted = { ...reply, content: '', usage: { promptTokens, outputTokens: 20 } }
  const full = (output: string) => [...log, asked, { ...counted, calls: [{ ...call, output }] }]
  const window = promptTokens * 2
  assert.equal(truncate({ log: full('sunny'), pinned: 0, promptFrom: 1 }, [], window), 1)
  assert.ok(truncate({ log: full('z'.repeat(3 * promptTokens)), pinned: 0, promptFrom: 1 }, [], window) > 1)
})

test('a forced truncation leaves about half of what did not fit, also where the estimate says that all fits', () => {
  const log = turns(40, 300)
  const estimated = estimatePrompt({ log, pinned: 0, promptFrom: 1 }, [])
  const from = truncate({ log, pinned: 0, promptFrom: 1 }, [], estimated * 2, true)
  const kept = estimatePrompt({ log, pinned: 0, promptFrom: from }, [])
  assert.ok(kept <= estimated * 0.55, `${kept} of ${estimated} tokens are kept`)
})
