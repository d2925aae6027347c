import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ToolSchema } from '../../../src/protocol/tool-schema.ts'
import { testSize } from '../../support/test-size.ts'
import {
  answered,
  beginning,
  begun,
  deviceCall,
  resultsFor,
  step,
  tool,
} from '../../support/turns/store-calls.ts'
import type { StoreProcess, StoreWorld } from './store-world.ts'

/** What is done to a conversation's tools, by one of two processes. `tools`: names with their descriptions. */
interface Change {
  do: 'add' | 'replace' | 'change' | 'reset' | 'withdraw'
  by: number
  /** Absent: the request has no tools. */
  tools: [name: string, description: string][] | undefined
}

const lists = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('old', 'new')), {
  maxLength: 2,
})
const changes: fc.Arbitrary<Change[]> = fc.array(
  fc.record({
    do: fc.constantFrom('add' as const, 'add', 'add', 'replace', 'change', 'reset', 'withdraw'),
    by: fc.nat(1),
    tools: fc.option(lists, { nil: undefined }),
  }),
  { minLength: 2, maxLength: 12 },
)

export function deviceTools(world: () => StoreWorld): void {
  test('a turn has the right device tools, however often processes send the same list and change it for each other', async () => {
    const processes = [await world().process(), await world().process()]
    await fc.assert(
      fc.asyncProperty(changes, async (given) => {
        const conversation = world().conversation()
        let expected: ToolSchema[] = []
        for (const { do: kind, by, tools: names } of given) {
          const { store, directory } = processes[by] as StoreProcess
          const tools = names?.map(([name, description]) => tool(name, description))
          if (kind === 'reset') {
            await store.reset(conversation, [])
            expected = []
          } else if (kind === 'change') {
            const changed = await directory.change(conversation, tools ? { tools } : {})
            if (changed && tools) expected = merged([], tools)
          } else {
            const replaceTools = kind === 'replace'
            const state = await begun(
              store,
              beginning(conversation, 'x', { ...(tools && { tools }), replaceTools }),
            )
            const after = tools ? merged(replaceTools ? [] : expected, tools) : expected
            assert.deepEqual(state.deviceTools, after)
            if (kind === 'withdraw') {
              assert.ok(await store.withdraw({ turn: state.id, conversation, results: [] }))
              continue
            }
            expected = after
            await store.endStep(step(state.id, 1, 'y'), [])
          }
        }
      }),
      { numRuns: 4 * testSize.operationLists },
    )
  })

  test('a list that a process knows of an emptied conversation is not taken for one of the new one', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const prompt = async ({ store }: StoreProcess, name: string) => {
      const state = await begun(store, beginning(conversation, 'x', { tools: [tool(name)] }))
      await store.endStep(step(state.id, 1, 'y'), [])
      return state.deviceTools
    }
    assert.deepEqual(await prompt(one, 'a'), [tool('a')])
    await two.store.reset(conversation, [])
    assert.deepEqual(await prompt(two, 'b'), [tool('b')])
    assert.deepEqual(await prompt(one, 'a'), [tool('b'), tool('a')])
  })

  test('a prompt whose answer was lost does not take for its own list what others have changed since', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const given = beginning(conversation, 'x', { tools: [tool('a')] })
    const { id } = await begun(one.store, given)
    await two.directory.change(conversation, { tools: [tool('b')] })
    assert.deepEqual((await begun(one.store, given)).deviceTools, [tool('b')])
    await one.store.endStep(step(id, 1, 'y'), [])
    const next = await begun(one.store, beginning(conversation, 'x', { tools: [tool('a')] }))
    assert.deepEqual(next.deviceTools, [tool('b'), tool('a')])
  })

  test('results bring device tools as prompts do: a list that the conversation has, or another one', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const [list, other] = [
      [tool('a'), tool('b')],
      [tool('b', 'newer'), tool('c')],
    ]
    const both = merged(list, other)
    for (const [process, tools, expected] of [
      [one, list, list],
      [two, list, list],
      [one, other, both],
      [one, undefined, both],
    ] as const) {
      const state = await begun(one.store, beginning(conversation, 'x', { tools: list, replaceTools: true }))
      const { seq } = await one.store.endStep(step(state.id, 1, '', { calls: [deviceCall()] }), [])
      const results = resultsFor(state.id, [answered(seq, 0)], tools ? { tools } : {})
      if (tools === undefined) await two.directory.change(conversation, { tools: both })
      const outcome = await process.store.storeResults(results)
      assert.ok(outcome.result === 'go-on')
      assert.deepEqual(outcome.state.deviceTools, expected)
      const again = await process.store.storeResults(results)
      assert.deepEqual(again.result === 'go-on' && again.state.deviceTools, expected)
      await process.store.endStep(step(state.id, 2, 'y'), [])
    }
  })

  test('results that are withdrawn take their device tools along, and no others', async () => {
    const [one, two] = [await world().process(), await world().process()]
    const conversation = world().conversation()
    const state = await begun(one.store, beginning(conversation, 'x', { tools: [tool('a')] }))
    const { seq } = await one.store.endStep(step(state.id, 1, '', { calls: [deviceCall()] }), [])
    for (const [tools, changed, expected] of [
      [[tool('b')], undefined, [tool('a')]],
      [undefined, [tool('c')], [tool('c')]],
    ]) {
      const results = resultsFor(state.id, [answered(seq, 0)], tools ? { tools } : {})
      const outcome = await one.store.storeResults(results)
      assert.ok(outcome.result === 'go-on')
      if (changed) await two.directory.change(conversation, { tools: changed })
      const withdrawn = { turn: state.id, conversation, results: outcome.state.results }
      assert.ok(await one.store.withdraw(withdrawn, outcome.state.run))
      assert.deepEqual((await two.directory.conversation(conversation))?.tools, expected)
    }
  })
}

/** The list after adding another one to it: one schema a name, the latest, in the position of the first. */
function merged(tools: readonly ToolSchema[], added: readonly ToolSchema[]): ToolSchema[] {
  if (added.length === 0) return []
  return [...new Map([...tools, ...added].map((each) => [each.function.name, each])).values()]
}
