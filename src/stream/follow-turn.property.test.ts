import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventBatches } from '../../test/support/arbitraries/events.ts'
import { delta } from '../../test/support/turns/delta.ts'
import { FollowedTurn } from '../../test/support/turns/followed-turn.ts'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, settle } from '../../test/support/turns/live-process.ts'
import type { EventChunk } from '../protocol/event-chunk.ts'
import { followTurn } from './follow-turn.ts'

/** A client; one that is slow takes each chunk a while later. */
class Client extends Follower {
  readonly after: number
  readonly over: Promise<string>

  constructor(turn: FollowedTurn, after: number, slow: boolean) {
    super(after)
    this.after = after
    const write = (chunk: EventChunk, from: number) => {
      this.write(chunk, from)
      return slow ? settle() : undefined
    }
    this.over = followTurn('t', after, { write }, here, turn.ports)
  }
}

const acts = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: eventBatches.map((events) => ({ act: 'say' as const, events })) },
    { weight: 3, arbitrary: fc.constant({ act: 'write' as const }) },
    { weight: 1, arbitrary: fc.constant({ act: 'wait' as const }) },
    { weight: 1, arbitrary: fc.constant({ act: 'commit' as const }) },
    { weight: 2, arbitrary: fc.boolean().map((notified) => ({ act: 'elsewhere' as const, notified })) },
    { weight: 2, arbitrary: fc.constant({ act: 'settle' as const }) },
    {
      ...{ weight: 4 },
      arbitrary: fc.record({ act: fc.constant('join' as const), back: fc.nat(9), slow: fc.boolean() }),
    },
  ),
  { maxLength: 40 },
)

test('wherever a turn runs, and whenever they join, all its followers get the same events, without a gap or a repeat [events]', async () => {
  await fc.assert(
    fc.asyncProperty(acts, fc.integer({ min: 1, max: 3 }), fc.boolean(), async (given, pageSize, here) => {
      const turn = new FollowedTurn(1)
      turn.pageSize = pageSize
      turn.afterRead = () => settle()
      const clients: Client[] = []
      for (const one of given) {
        switch (one.act) {
          case 'say': {
            const live = turn.live ?? turn.run()
            const behind = live.publish(one.events)
            if (behind) turn.write()
            await behind
            break
          }
          case 'write':
            turn.write()
            break
          case 'commit':
            await turn.commit({ type: 'step-start', step: 1 })
            break
          case 'wait':
            await turn.commit({ type: 'turn-waiting', calls: [] })
            break
          case 'elsewhere':
            if (!turn.live) turn.elsewhere(one.notified, delta('elsewhere'), { type: 'step-start', step: 2 })
            break
          case 'settle':
            await settle()
            break
          case 'join':
            clients.push(new Client(turn, Math.max(0, turn.events + 3 - one.back), one.slow))
        }
      }
      if (here && !turn.live) turn.run()
      if (turn.live) await turn.commit({ type: 'turn-end', status: 'completed' })
      else turn.elsewhere(false, { type: 'turn-end', status: 'completed' })
      for (const { over } of clients) assert.equal(await over, 'ended')
      const { journal } = turn
      for (const { after, events } of clients) assert.deepEqual(events, journal.slice(after))
    }),
    { numRuns: 200, seed: 1 },
  )
})
