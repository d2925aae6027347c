import { describe } from 'node:test'
import type { DatabaseKind } from '../databases.ts'
import { answers } from './store/answers.ts'
import { beginnings } from './store/beginnings.ts'
import { board } from './store/board.ts'
import { invariants } from './store/invariants.ts'
import { leases } from './store/leases.ts'
import { longLogs } from './store/long-logs.ts'
import { neighbours } from './store/neighbours.ts'
import { resets } from './store/resets.ts'
import { steps } from './store/steps.ts'
import { storeWorldOf } from './store/store-world.ts'
import { texts } from './store/texts.ts'
import { withdrawals } from './store/withdrawals.ts'

const parts = {
  'beginning a turn': beginnings,
  'what a running turn writes': steps,
  'results of a device': answers,
  'requests that are withdrawn': withdrawals,
  'emptying a conversation': resets,
  'processes that come and go': leases,
  'long logs': longLogs,
  'texts byte for byte': texts,
  'the board': board,
  'other schemas': neighbours,
  'any sequence of operations': invariants,
}

/** What `ConversationStore` promises, on a database of this kind. */
export function testStore(kind: DatabaseKind): void {
  describe(`the store on ${kind.name}`, () => {
    const world = storeWorldOf(kind)
    for (const [title, register] of Object.entries(parts)) describe(title, () => register(world))
  })
}
