import fc from 'fast-check'
import type { TurnEvent } from '../../../src/protocol/events.ts'
import { delta } from '../turns/delta.ts'
import { wellFormedTexts } from './texts.ts'

const deltas = fc
  .tuple(
    fc.oneof(fc.constant(''), wellFormedTexts(4), fc.constant('x'.repeat(9_000))),
    fc.constantFrom('text-delta' as const, 'thinking-delta' as const),
  )
  .map(([text, type]) => delta(text, type))

const others: fc.Arbitrary<TurnEvent> = fc.oneof(
  fc.record({ type: fc.constant('step-start' as const), step: fc.nat(9) }),
  fc.record({
    type: fc.constant('logprobs' as const),
    logprobs: fc.array(fc.record({ token: wellFormedTexts(2), logprob: fc.double({ max: 0, noNaN: true }) })),
  }),
  fc.record({
    ...{ type: fc.constant('call-end' as const), callId: fc.constantFrom('a', 'b\n', '"') },
    ...{ status: fc.constant('succeeded' as const), output: wellFormedTexts(), ms: fc.nat(9) },
  }),
)

/** Events of an outcome: no pieces of text. */
export const outcomes: fc.Arbitrary<TurnEvent[]> = fc.array(others, { minLength: 1, maxLength: 4 })

/** Events of a turn, as they come at once. */
export const eventBatches: fc.Arbitrary<TurnEvent[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: deltas }, { weight: 1, arbitrary: others }),
  { minLength: 1, maxLength: 4 },
)
