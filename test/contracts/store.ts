import { describe } from 'node:test'
import type { DatabaseKind } from '../support/databases/database-kinds.ts'
import { adoptions } from './store/adoptions.ts'
import { approvals } from './store/approvals.ts'
import { beginnings } from './store/beginnings.ts'
import { messageBoard } from './store/board.ts'
import { branchPrompts } from './store/branch-prompts.ts'
import { branchTrees } from './store/branch-trees.ts'
import { branchTurns } from './store/branch-turns.ts'
import { branches } from './store/branches.ts'
import { cancels } from './store/cancels.ts'
import { deviceTools } from './store/device-tools.ts'
import { directory } from './store/directory.ts'
import { endedCalls } from './store/ended-calls.ts'
import { eventRecords } from './store/event-records.ts'
import { interrupts } from './store/interrupts.ts'
import { invariants } from './store/invariants.ts'
import { journal } from './store/journal.ts'
import { keys } from './store/keys.ts'
import { leases } from './store/leases.ts'
import { longLogs } from './store/long-logs.ts'
import { neighbours } from './store/neighbours.ts'
import { notifications } from './store/notifications.ts'
import { queues } from './store/queues.ts'
import { resets } from './store/resets.ts'
import { results } from './store/results.ts'
import { search } from './store/search.ts'
import { steps } from './store/steps.ts'
import { storeWorldOf } from './store/store-world.ts'
import { storedTurns } from './store/stored-turns.ts'
import { texts } from './store/texts.ts'
import { titles } from './store/titles.ts'
import { withdrawals } from './store/withdrawals.ts'

const parts = {
  'beginning a turn': beginnings,
  'what a running turn writes': steps,
  'results of a device': results,
  'calls that a person has to approve': approvals,
  'calls that have ended, for the log': endedCalls,
  'requests that are withdrawn': withdrawals,
  'the journal': journal,
  'events that the store appends itself': eventRecords,
  'turns whose process is gone': interrupts,
  'turns that another process adopts': adoptions,
  'turns that a client cancels': cancels,
  'requests that wait in a queue': queues,
  'requests that are sent again': keys,
  branches: branches,
  'prompts of branches': branchPrompts,
  'turns in branches': branchTurns,
  'any tree of branches': branchTrees,
  'conversations by themselves': directory,
  titles,
  'search in conversations': search,
  'turns by themselves': storedTurns,
  'notifications between processes': notifications,
  'emptying a conversation': resets,
  'processes that come and go': leases,
  'long logs': longLogs,
  'device tools': deviceTools,
  'texts byte for byte': texts,
  'the board': messageBoard,
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
