import type { Doing } from './actions.ts'
import type { Race } from './run-race.ts'

/** A race that has failed before. */
interface LostRace {
  /** What went wrong. */
  lost: string
  /** Where it can fail: some need two processes, and the embedded database has one. */
  on: ('postgresql' | 'embedded')[]
  race: Race
}

const post: Extract<Doing, { do: 'post' }> = {
  ...{ do: 'post', processIndex: 0, conversation: 0, plan: '', whenBusy: 'queue', key: undefined },
  ...{ sameBody: true, listens: false, follows: false, after: undefined },
}

/**
 * Races that have failed before, as short as they were made: run each time. They are written out, for a seed and a path
 * name another race as soon as actions.ts changes.
 */
export const regressions: LostRace[] = [
  {
    lost: 'a request that got 503 withdrew the turn that another one of its key had got',
    on: ['postgresql'],
    race: [
      { doing: { do: 'beat', processIndex: 0 }, picks: [0, 0, 0, 0] },
      { doing: { do: 'lose', processIndex: 1, losses: ['after', 'before'] }, picks: [] },
      { doing: { ...post, processIndex: 1, key: 'k' }, picks: [0] },
      { doing: { ...post, key: 'k' }, picks: [1, 1, 0, 0, 0, 0] },
    ],
  },
  {
    lost: 'a client that joined an aborted turn got more events than its journal allows',
    on: ['postgresql', 'embedded'],
    race: [
      { doing: { ...post, follows: true }, picks: [0, 0, 0, 0, 0, 0, 0, 0, 0] },
      { doing: { do: 'cancel', processIndex: 0, turn: 0 }, picks: [] },
      { doing: { do: 'follow', processIndex: 0, turn: 0, after: 0, slow: false }, picks: [] },
      { doing: { do: 'kill', processIndex: 0 }, picks: [] },
    ],
  },
  {
    lost: 'a request that replayed the turn of another one of its key kept its position in the queue for ever',
    on: ['postgresql'],
    race: [
      { doing: { do: 'beat', processIndex: 0 }, picks: [0, 0, 0, 0] },
      { doing: { ...post, processIndex: 1 }, picks: [0, 0] },
      { doing: { ...post, processIndex: 1, key: 'k' }, picks: [1, 1, 1, 1] },
      { doing: { do: 'expire', processIndex: 1 }, picks: [] },
      { doing: { ...post, key: 'k' }, picks: [1, 1] },
    ],
  },
  {
    lost: 'a call that was answered while its turn ran was published as cancelled',
    on: ['postgresql', 'embedded'],
    race: [
      { doing: { do: 'beat', processIndex: 0 }, picks: [0, 0, 0, 0] },
      { doing: { ...post, plan: 'le' }, picks: [0, 0, 0, 0, 0, 0, 0, 0] },
      {
        doing: { do: 'results', processIndex: 0, turn: 0, calls: [], output: 'yes', how: 'native' },
        picks: [1, 1, 1, 1],
      },
      { doing: { do: 'cancel', processIndex: 0, turn: 0 }, picks: [] },
    ],
  },
  {
    lost: 'a beginning that came late began a turn that was withdrawn',
    on: ['postgresql', 'embedded'],
    race: [
      { doing: { do: 'beat', processIndex: 0 }, picks: [0, 0, 0, 0] },
      { doing: { do: 'lose', processIndex: 0, losses: ['after', 'late'] }, picks: [] },
      { doing: post, picks: [0, 0, 0, 1, 1] },
    ],
  },
  {
    lost: 'a request whose turn was begun and lost before the answer came was refused, and its message stayed',
    on: ['postgresql'],
    race: [
      { doing: { do: 'lose', processIndex: 1, losses: ['before', 'late'] }, picks: [] },
      { doing: { do: 'wait', ms: 45 }, picks: [0, 0, 0] },
      { doing: { ...post, processIndex: 1 }, picks: [0] },
      { doing: { do: 'go-on', processIndex: 0 }, picks: [0] },
      { doing: { do: 'overtake', processIndex: 1 }, picks: [] },
      { doing: { ...post, plan: 'l' }, picks: [0, 4, 4] },
      { doing: { do: 'wait', ms: 45 }, picks: [5, 3, 1, 1, 5, 3, 5, 2, 0, 1, 3, 0, 4] },
    ],
  },
  {
    lost: 'a client got no end of the turn that it followed when another process emptied its conversation',
    on: ['postgresql'],
    race: [
      { doing: { do: 'beat', processIndex: 0 }, picks: [0, 0, 0, 0] },
      { doing: { ...post, plan: 'z', follows: true }, picks: [0, 0, 0, 0, 0, 0, 0, 0, 0] },
      { doing: { do: 'follow', processIndex: 1, turn: 0, after: 0, slow: false }, picks: [0, 0, 0, 0, 0, 0] },
      { doing: { do: 'reset', processIndex: 1, conversation: 0 }, picks: [0, 0, 0, 0] },
    ],
  },
  {
    lost: 'a client got no end of the turn that it followed when its conversation was removed while the turn waited',
    on: ['postgresql', 'embedded'],
    race: [
      { doing: { do: 'beat', processIndex: 0 }, picks: [0, 0, 0, 0] },
      { doing: { ...post, plan: 'l', follows: true }, picks: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
      { doing: { do: 'remove', processIndex: 0, conversation: 0 }, picks: [0, 0, 0, 0] },
    ],
  },
  {
    lost: 'prompts that waited when their conversation was emptied began after one that came later',
    on: ['postgresql'],
    race: [
      { doing: { do: 'beat', processIndex: 0 }, picks: [0, 0, 0, 0] },
      { doing: { ...post, plan: 'z' }, picks: [0, 0, 0, 0] },
      { doing: { ...post, processIndex: 1 }, picks: [0, 0, 0, 0] },
      { doing: { do: 'reset', processIndex: 0, conversation: 0 }, picks: [0, 0] },
      { doing: post, picks: [0, 0, 0, 0] },
    ],
  },
  {
    lost: 'a process that had lost its turn and got it back went on with its first run too, and numbered events a second time',
    on: ['postgresql'],
    race: [
      { doing: { do: 'beat', processIndex: 0 }, picks: [0, 0, 0, 0] },
      { doing: { ...post, processIndex: 1, plan: 'i/l', follows: true }, picks: [0, 0, 0, 0] },
      { doing: { do: 'wait', ms: 45 }, picks: [0, 0, 0, 0] },
      { doing: { do: 'wait', ms: 45 }, picks: [0, 0, 0, 0] },
      { doing: { do: 'wait', ms: 45 }, picks: [0, 0, 0, 0] },
      { doing: { do: 'overtake', processIndex: 1 }, picks: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] },
      { doing: { do: 'go-on', processIndex: 1 }, picks: [] },
      {
        doing: { do: 'results', processIndex: 1, turn: 0, calls: [], output: 'yes', how: 'native' },
        picks: [1, 1, 1, 1],
      },
    ],
  },
  {
    lost: 'a client followed a turn while the request with its results was withdrawn, and saw events that were undone',
    on: ['postgresql'],
    race: [
      { doing: { ...post, plan: 'l/f', key: 'k' }, picks: [] },
      { doing: { do: 'leave', client: 0 }, picks: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] },
      { doing: { ...post, key: 'k', sameBody: false }, picks: [0, 0, 0, 0, 0] },
      {
        doing: { do: 'results', processIndex: 1, turn: 0, calls: [], output: 'yes', how: 'classic' },
        picks: [0, 0, 0, 0],
      },
      { doing: { do: 'follow', processIndex: 1, turn: 0, after: 0, slow: false }, picks: [] },
      { doing: { do: 'beat', processIndex: 0 }, picks: [] },
    ],
  },
  {
    lost: 'a turn was begun a second time, though its conversation had been removed since, after its client had seen its end',
    on: ['embedded'],
    race: [
      {
        doing: { do: 'results', processIndex: 0, turn: 0, calls: [], output: 'yes', how: 'native' },
        picks: [0],
      },
      { doing: { do: 'lose', processIndex: 0, losses: ['before', 'after', 'before'] }, picks: [] },
      { doing: post, picks: [0, 0, 0] },
      {
        doing: { do: 'follow', processIndex: 0, turn: 0, after: 0, slow: false },
        picks: [0, 1, 4, 0, 4, 5, 5, 4, 1, 2, 2, 5, 2, 0, 4, 3],
      },
      { doing: { do: 'beat', processIndex: 0 }, picks: [4, 4, 5, 1] },
      { doing: { do: 'jam' }, picks: [0, 3, 0, 2, 4, 2, 4, 0, 4, 1, 1, 1, 4, 2] },
      { doing: { do: 'wait', ms: 1000 }, picks: [2] },
      { doing: { do: 'remove', processIndex: 1, conversation: 0 }, picks: [5, 1, 3, 5, 1, 3, 2, 2, 1, 0, 2] },
      { doing: { do: 'expire', processIndex: 0 }, picks: [5, 1, 4] },
      { doing: { do: 'beat', processIndex: 0 }, picks: [1, 5, 1, 1, 4, 0, 0, 3, 5, 4, 0, 4, 5, 1] },
      { doing: { do: 'wait', ms: 1000 }, picks: [3, 3, 2, 1, 4, 2, 1] },
    ],
  },
]
