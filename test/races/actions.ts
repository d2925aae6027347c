import fc from 'fast-check'
import type { Loss } from './held-statements.ts'
import { plans } from './plans.ts'

const processIndex = fc.nat(1)
const conversation = fc.nat(1)
const whichTurn = fc.nat(3)

/** What is requested, and of which process. Numbers choose among what there is, the newest first. */
const doings = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('post'),
      processIndex,
      conversation: fc.constantFrom(0, 0, 0, 1),
      plan: plans,
      whenBusy: fc.constantFrom<'queue' | 'refuse' | 'replace'>('queue', 'queue', 'refuse', 'replace'),
      /** Of the message that it comes after, which the conversation may not have. */
      after: fc.constantFrom(undefined, undefined, undefined, 0, 1, 2),
      key: fc.constantFrom(undefined, undefined, undefined, 'k', 'k', 'q'),
      /** With a key that was used before, what was said with it. */
      sameBody: fc.constantFrom(true, true, true, false),
      listens: fc.boolean(),
      follows: fc.boolean(),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('results'),
      processIndex,
      turn: whichTurn,
      /** Of the device's calls; all where none is chosen. */
      calls: fc.subarray([0, 1, 2]),
      output: fc.constantFrom('yes', 'yes', 'no'),
      how: fc.constantFrom('native', 'native', 'classic', 'keyed'),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('approve'),
      processIndex,
      turn: whichTurn,
      /** Of the calls that were asked; all where none is chosen. */
      calls: fc.subarray([0, 1]),
      decision: fc.constantFrom<'approve' | 'always' | 'deny'>('approve', 'approve', 'always', 'deny'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), processIndex, turn: whichTurn }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('follow'),
      processIndex,
      turn: whichTurn,
      after: fc.constantFrom(0, 0, 1, 4),
      slow: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('disconnect'), client: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resume-events'), client: fc.nat(3), processIndex }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave'), client: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('expire'), processIndex }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('beat'), processIndex }) },
  /** A process stops for longer than its lease, and another one sends a heartbeat. */
  { weight: 4, arbitrary: fc.record({ do: fc.constant('overtake'), processIndex }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('kill'), processIndex }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pause'), processIndex }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('go-on'), processIndex }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('lose'),
      processIndex,
      losses: fc.array(fc.constantFrom<Loss>('before', 'after', 'late'), { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(45, 300, 1_000, 2_500) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('call-expiry') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reset'), processIndex, conversation }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), processIndex, conversation }) },
  /** What is released next is carried out by the database at the same time: a lock has held it all up. */
  { weight: 3, arbitrary: fc.record({ do: fc.constant('jam') }) },
)

/** What is done next, and then what is released, and in which order. */
export const actions = fc.record({
  doing: doings,
  picks: fc.array(fc.nat(5), { maxLength: 20, size: 'max' }),
})

/** One of them. */
export type Doing = typeof doings extends fc.Arbitrary<infer One> ? One : never
