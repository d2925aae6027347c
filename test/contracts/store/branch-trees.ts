import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ConversationKey } from '../../../src/protocol/conversation-key.ts'
import { ChatterdError } from '../../../src/protocol/errors.ts'
import { testSize } from '../../support/test-size.ts'
import { branchOf } from '../../support/turns/branch-calls.ts'
import { beginning, step, user } from '../../support/turns/store-calls.ts'
import { BranchModel } from './branch-model.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'

/** `after`: how many messages before the last one; null: not said. */
type Move =
  | { do: 'turn'; by: number; after: number | null; isEmpty: boolean; end: End; leaveOut: number }
  | { do: 'switch'; by: number; branch: number }

type End = 'reply' | 'stop' | 'partial' | 'fail' | 'withdraw'

const turns = fc.record({
  do: fc.constant('turn' as const),
  by: fc.nat(1),
  after: fc.option(fc.integer({ min: -1, max: 9 })),
  isEmpty: fc.boolean(),
  end: fc.constantFrom<End>('reply', 'reply', 'reply', 'stop', 'partial', 'fail', 'withdraw'),
  // Of the prompt, in one of some turns.
  leaveOut: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(5)),
})
const switches = fc.record({
  do: fc.constant('switch' as const),
  by: fc.nat(1),
  branch: fc.integer({ min: 1, max: 6 }),
})
const moves: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: turns },
  { weight: 1, arbitrary: switches },
)

export function branchTrees(world: () => StoreWorld): void {
  test('all branches have the messages and the prompts that a simple tree has', async () => {
    const processes = [await world().process(), await world().process()]
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 4, maxLength: 24 }), async (list) => {
        const conversation = world().conversation()
        const model = new BranchModel()
        for (const [index, move] of list.entries()) {
          const process = processes[move.by]
          assert.ok(process)
          if (move.do === 'switch') await switchTo(process, conversation, move.branch, model)
          else await perform(move, `m${index}`, process, conversation, model)
        }
        const { directory } = processes[0] ?? assert.fail()
        if (!(await directory.conversation(conversation))) return assert.equal(model.log.length, 0)
        for (const branch of model.branches.keys())
          assert.deepEqual(await branchOf(directory, conversation, branch), model.messages(branch))
        assert.equal((await directory.conversation(conversation))?.branch, model.current)
      }),
      { numRuns: 4 * testSize.operationLists },
    )
  })
}

async function perform(
  { after, isEmpty, end, leaveOut }: Move & { do: 'turn' },
  text: string,
  { store }: StoreProcess,
  conversation: ConversationKey,
  model: BranchModel,
): Promise<void> {
  const seq = after === null ? undefined : Math.max(0, model.log.length - after)
  if (isEmpty && seq === undefined) return
  const turn = model.begin(isEmpty ? undefined : text, seq)
  const given = beginning(conversation, '', {
    messages: isEmpty ? [] : [user(text)],
    ...(seq !== undefined && { after: seq }),
  })
  const begun = await unlessRefused(store.begin(given))
  assert.equal(begun !== undefined, turn !== undefined)
  if (!begun || !turn) return
  assert.ok(begun.result === 'begun')
  const { id, log, promptFrom } = begun.state
  assert.deepEqual([log.map(({ content }) => content), promptFrom], [model.prompt(), model.promptFrom])
  if (end === 'withdraw') {
    assert.equal(await store.withdraw({ turn: id, conversation, results: [] }), true)
    turn.undo()
  } else if (end === 'reply') {
    model.promptFrom = Math.min(model.promptFrom + leaveOut, turn.firstSeq)
    await store.endStep(step(id, 1, `re ${text}`, { promptFrom: model.promptFrom }), [])
    model.add(`re ${text}`, false)
  } else {
    const partial = { role: 'assistant', content: `part ${text}` } as const
    const status = end === 'fail' ? 'failed' : 'cancelled'
    await store.endTurn({ turn: id, status, ...(end === 'partial' && { partial }) }, [])
    if (end === 'partial') model.add(partial.content, false)
    if (end === 'fail') model.refuse(turn.firstSeq)
  }
}

async function switchTo(
  { directory }: StoreProcess,
  conversation: ConversationKey,
  branch: number,
  model: BranchModel,
): Promise<void> {
  if (!(await directory.conversation(conversation))) return
  const changed = await unlessRefused(directory.change(conversation, { branch }))
  assert.equal(changed !== undefined, model.switchTo(branch))
}

async function unlessRefused<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation
  } catch (error) {
    if (error instanceof ChatterdError && error.code === 'invalid-request') return undefined
    throw error
  }
}
