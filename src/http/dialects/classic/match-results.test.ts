import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CallStatus } from '../../../protocol/call.ts'
import type { NewMessage } from '../../../protocol/message.ts'
import type { NewestTurn, StoredCall } from '../../../turn/ports/conversation-store.ts'
import { matchResults, type PostedResult } from './match-results.ts'

const question: NewMessage = { role: 'user', content: 'What is the weather at my location?' }

/** A device call: `a0` is the first one of the message with `seq` 2, `b1` the second one of the message with `seq` 3, … */
function device(id: string, status: CallStatus = 'offered', output?: string, name = 'locate'): StoredCall {
  const seq = 2 + 'abc'.indexOf(id.charAt(0))
  const key = { seq, index: Number(id.charAt(1)) }
  return {
    id,
    ...key,
    name,
    arguments: {},
    side: 'device',
    status,
    ...(output !== undefined && { output }),
  }
}

function turnOf(...calls: StoredCall[]): NewestTurn {
  return { turn: 't', status: 'waiting', input: [question], calls }
}

const texts = (...contents: string[]): PostedResult[] => contents.map((content) => ({ content }))
const shapeA = (...results: PostedResult[]) => ({ prefix: [], results })
const shapeB = (...results: PostedResult[]) => ({ prefix: [question], results })

/** The outcomes as text: `a0=Bonn` for an answered call, `a0 expired` for one without a result. */
function matched(posted: Parameters<typeof matchResults>[0], newest: NewestTurn | undefined): string[] {
  return matchResults(posted, newest).map(({ seq, index, status, output }) => {
    const id = `${'abc'.charAt(seq - 2)}${index}`
    return status === 'answered' ? `${id}=${output}` : `${id} ${status}`
  })
}

const noOpenCall = { code: 'no-open-call' }

test('a result alone answers the open call', () => {
  assert.deepEqual(matched(shapeA(...texts('Bonn')), turnOf(device('a0'))), ['a0=Bonn'])
})

test('a result after the messages of its prompt answers the open call', () => {
  assert.deepEqual(matched(shapeB(...texts('Bonn')), turnOf(device('a0'))), ['a0=Bonn'])
})

for (const [shape, posted] of [
  ['alone', shapeA],
  ['after the messages of their prompt', shapeB],
] as const) {
  test(`several results, ${shape}, answer the open calls in call order`, () => {
    const newest = turnOf(device('a0'), device('a1'), device('a2'))
    assert.deepEqual(matched(posted(...texts('x', 'y', 'z')), newest), ['a0=x', 'a1=y', 'a2=z'])
  })

  test(`fewer results than open calls, ${shape}, answer the last calls, and the others expire`, () => {
    const newest = turnOf(device('a0'), device('a1'), device('a2'))
    assert.deepEqual(matched(posted(...texts('z')), newest), ['a0 expired', 'a1 expired', 'a2=z'])
    assert.deepEqual(matched(posted(...texts('y', 'z')), newest), ['a0 expired', 'a1=y', 'a2=z'])
  })

  test(`more results than there are open calls, ${shape}, are refused`, () => {
    assert.throws(() => matched(posted(...texts('x', 'y')), turnOf(device('a0'))), noOpenCall)
  })

  test(`results, ${shape}, are refused where no call is open`, () => {
    for (const status of ['answered', 'expired', 'superseded', 'cancelled', 'failed'] as const)
      assert.throws(() => matched(posted(...texts('Bonn')), turnOf(device('a0', status, 'Bonn'))), noOpenCall)
    assert.throws(() => matched(posted(...texts('Bonn')), turnOf()), noOpenCall)
    assert.throws(() => matched(posted(...texts('Bonn')), undefined), noOpenCall)
  })

  test(`the same content twice, ${shape}, answers two calls`, () => {
    assert.deepEqual(matched(posted(...texts('Bonn', 'Bonn')), turnOf(device('a0'), device('a1'))), [
      'a0=Bonn',
      'a1=Bonn',
    ])
  })

  test(`an empty result, ${shape}, is a result`, () => {
    assert.deepEqual(matched(posted(...texts('')), turnOf(device('a0'))), ['a0='])
  })

  test(`a result with an id, ${shape}, answers the call of this id, in any order`, () => {
    const results = [
      { content: 'y', callId: 'a1' },
      { content: 'x', callId: 'a0' },
    ]
    assert.deepEqual(matched(posted(...results), turnOf(device('a0'), device('a1'))).sort(), ['a0=x', 'a1=y'])
  })

  test(`a result with a name, ${shape}, answers a call of this name`, () => {
    const newest = turnOf(
      device('a0', 'offered', undefined, 'locate'),
      device('a1', 'offered', undefined, 'battery'),
    )
    const results = [
      { content: '80 %', name: 'battery' },
      { content: 'Bonn', name: 'locate' },
    ]
    assert.deepEqual(matched(posted(...results), newest).sort(), ['a0=Bonn', 'a1=80 %'])
  })

  test(`results with one name, ${shape}, answer the calls of this name in call order`, () => {
    const results = ['x', 'y'].map((content) => ({ content, name: 'locate' }))
    assert.deepEqual(matched(posted(...results), turnOf(device('a0'), device('a1'))), ['a0=x', 'a1=y'])
  })

  test(`an id or a name that no call has, ${shape}, is refused`, () => {
    const newest = turnOf(device('a0'))
    assert.throws(() => matched(posted({ content: 'x', callId: 'b7' }), newest), noOpenCall)
    assert.throws(() => matched(posted({ content: 'x', name: 'battery' }), newest), noOpenCall)
    assert.throws(() => matched(posted({ content: 'x', callId: 'b7', name: 'locate' }), newest), noOpenCall)
  })

  test(`results by id leave the other calls open, ${shape}`, () => {
    const newest = turnOf(device('a0'), device('a1'))
    assert.deepEqual(matched(posted({ content: 'y', callId: 'a1' }), newest), ['a1=y'])
  })

  test(`results without an id, ${shape}, answer the calls that results with one do not`, () => {
    const newest = turnOf(device('a0'), device('a1'))
    const results = [{ content: 'y', callId: 'a1' }, { content: 'x' }]
    assert.deepEqual(matched(posted(...results), newest).sort(), ['a0=x', 'a1=y'])
  })

  test(`a result with an id that is stored already, ${shape}, has no outcome while other calls are open`, () => {
    const newest = turnOf(device('a0', 'answered', 'x'), device('a1'))
    assert.deepEqual(matched(posted({ content: 'x', callId: 'a0' }), newest), [])
    assert.throws(() => matched(posted({ content: 'other', callId: 'a0' }), newest), noOpenCall)
  })
}

test('in a later round a result alone answers the open call', () => {
  const newest = turnOf(device('a0', 'answered', 'Bonn'), device('b0'))
  assert.deepEqual(matched(shapeA(...texts('80 %')), newest), ['b0=80 %'])
})

test('repeated results of earlier rounds are skipped', () => {
  const newest = turnOf(device('a0', 'answered', 'x'), device('a1', 'answered', 'y'), device('b0'))
  assert.deepEqual(matched(shapeB(...texts('x', 'y', 'z')), newest), ['b0=z'])
})

test('a new result that equals an earlier one counts as new', () => {
  const newest = turnOf(device('a0', 'answered', 'x'), device('b0'))
  assert.deepEqual(matched(shapeB(...texts('x', 'x')), newest), ['b0=x'])
})

test('repeated results of earlier rounds with names are skipped', () => {
  const newest = turnOf(device('a0', 'answered', 'x'), device('b0'))
  const results = ['x', 'y'].map((content) => ({ content, name: 'locate' }))
  assert.deepEqual(matched(shapeB(...results), newest), ['b0=y'])
})

test('expired calls of earlier rounds are skipped', () => {
  const newest = turnOf(device('a0', 'expired'), device('a1', 'answered', 'y'), device('b0'), device('b1'))
  assert.deepEqual(matched(shapeB(...texts('y', 'z')), newest), ['b0 expired', 'b1=z'])
})

test('calls of resident tools are skipped', () => {
  const ran: StoredCall = { ...device('a0', 'succeeded', 'x'), side: 'resident' }
  assert.deepEqual(matched(shapeB(...texts('y')), turnOf(ran, device('a1'))), ['a1=y'])
})

test('a repeated request without new results has no outcomes', () => {
  const newest = turnOf(device('a0', 'answered', 'x'), device('b0'))
  assert.deepEqual(matched(shapeB(...texts('x')), newest), [])
})

test('results after the messages of another prompt are refused', () => {
  const newest = turnOf(device('a0'))
  for (const prefix of [
    [{ ...question, content: 'Another question?' }],
    [{ ...question, role: 'system' as const }],
    [question, question],
  ])
    assert.throws(() => matchResults({ prefix, results: texts('Bonn') }, newest), { code: 'no-open-call' })
})

test("the assistant's messages of a prompt are not compared", () => {
  const posted = { prefix: [question], results: texts('Bonn') }
  const input = [question, { role: 'assistant' as const, content: 'Let me see.' }]
  assert.equal(matchResults(posted, { ...turnOf(device('a0')), input }).length, 1)
})

test('every round of a client that repeats all its results answers exactly the open calls', () => {
  const rounds = fc.array(fc.array(fc.constantFrom('', 'x', 'y'), { minLength: 1, maxLength: 3 }), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(
    fc.property(rounds, fc.boolean(), (contents, named) => {
      const answered: StoredCall[] = []
      const sent: PostedResult[] = []
      for (const [round, results] of contents.entries()) {
        const open = results.map((_, index) => device(`${'abc'.charAt(round)}${index}`))
        sent.push(...results.map((content) => ({ content, ...(named && { name: 'locate' }) })))
        const outcomes = matchResults(shapeB(...sent), turnOf(...answered, ...open))
        assert.deepEqual(
          outcomes.map(({ seq, index, output }) => [seq, index, output]),
          open.map(({ seq, index }, position) => [seq, index, results[position]]),
        )
        answered.push(...open.map((call, position) => device(call.id, 'answered', results[position])))
      }
    }),
    { numRuns: 200, seed: 1 },
  )
})

test('only open calls get outcomes, each one outcome, and no result is dropped', () => {
  const statuses = fc.constantFrom<CallStatus>('offered', 'offered', 'answered', 'expired')
  const calls = fc.array(statuses, { maxLength: 4 })
  const results = fc.array(
    fc.record({
      content: fc.constantFrom('x', 'y'),
      callId: fc.option(fc.constantFrom('a0', 'a1', 'a9'), { nil: undefined }),
      name: fc.option(fc.constantFrom('locate', 'battery'), { nil: undefined }),
    }),
    { maxLength: 4 },
  )
  fc.assert(
    fc.property(calls, results, fc.boolean(), (given, posted, repeated) => {
      const newest = turnOf(...given.map((status, index) => device(`a${index}`, status, 'x')))
      const sent = posted.map(({ content, callId, name }) => ({
        content,
        ...(callId && { callId }),
        ...(name && { name }),
      }))
      let outcomes: ReturnType<typeof matchResults>
      try {
        outcomes = matchResults(repeated ? shapeB(...sent) : shapeA(...sent), newest)
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'no-open-call')
        return
      }
      const indexes = outcomes.map(({ index }) => index)
      assert.equal(new Set(indexes).size, indexes.length)
      assert.ok(indexes.every((index) => given[index] === 'offered'))
      const used = outcomes.filter(({ status }) => status === 'answered').length
      if (!repeated && sent.every((one) => !('callId' in one || 'name' in one)))
        assert.equal(used, sent.length)
    }),
    { numRuns: 500, seed: 1 },
  )
})
