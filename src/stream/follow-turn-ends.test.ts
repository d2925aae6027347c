import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delta } from '../../test/support/turns/delta.ts'
import { FollowedTurn } from '../../test/support/turns/followed-turn.ts'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, settle } from '../../test/support/turns/live-process.ts'
import { engineError } from '../../test/support/turns/scripted-turn.ts'
import type { EventChunk } from '../protocol/event-chunk.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { followTurn } from './follow-turn.ts'

const end: TurnEvent = { type: 'turn-end', status: 'completed' }

/** What following comes to, for a client that knows the events up to `after`. */
function follow(turn: FollowedTurn, after = 0, sink = new Follower(after), disconnected = here) {
  return followTurn('t', after, sink, disconnected, turn.ports)
}

test('a turn that does not exist is unknown', async () => {
  const turn = new FollowedTurn()
  const over = followTurn('other', 0, new Follower(), here, turn.ports)
  assert.equal(await over, 'unknown')
})

test('a turn that is gone while it is followed, with its conversation, ends as cancelled, with the next number [ends-once]', async () => {
  for (const where of ['here', 'elsewhere']) {
    const turn = new FollowedTurn()
    if (where === 'here') turn.run()
    const client = new Follower()
    const over = follow(turn, 0, client)
    await client.until(({ name }) => name === 'turn-start')
    turn.publish('a')
    for (let times = 0; times < 5; times++) await settle()
    turn.remove()
    assert.equal(await over, 'ended')
    const [last] = client.events.slice(-1)
    assert.deepEqual([last?.number, last?.name], [where === 'here' ? 3 : 2, 'turn-end'])
    assert.deepEqual(JSON.parse(last?.data ?? ''), {
      status: 'cancelled',
      error: { code: 'turn-lost', detail: 'The conversation was emptied.' },
    })
  }
})

test('a turn whose events are pruned says so to a client that has not seen all of them', async () => {
  const turn = new FollowedTurn()
  turn.elsewhere(false, end)
  turn.chunks = []
  turn.pruned = true
  assert.equal(await follow(turn), 'pruned')
})

test('a client that has seen all events gets no more', async () => {
  const turn = new FollowedTurn()
  turn.elsewhere(false, delta('a'), end)
  for (const after of [3, 4, 1_000_000_000]) {
    const client = new Follower(after)
    assert.equal(await follow(turn, after, client), 'ended')
    assert.deepEqual(client.events, [])
  }
})

test('a client that asks for events of the future gets them when they happen', async () => {
  const turn = new FollowedTurn()
  turn.run()
  const client = new Follower(3)
  const over = follow(turn, 3, client)
  turn.publish('a')
  turn.publish('b')
  turn.publish('c')
  assert.equal(client.text, 'c')
  await turn.commit(end)
  assert.equal(await over, 'ended')
})

test('a client that follows a turn here, and one that follows a turn elsewhere, learn that this process closes', async () => {
  const [running, waiting] = [new FollowedTurn(), new FollowedTurn()]
  running.run()
  const overs = [follow(running), follow(waiting)]
  await settle()
  running.closing.abort()
  waiting.closing.abort()
  assert.deepEqual(await Promise.all(overs), ['closing', 'closing'])
  assert.equal(await follow(running), 'closing')
})

test('events that are published already are still sent whole when this process closes', async () => {
  const turn = new FollowedTurn()
  turn.elsewhere(false, end)
  turn.afterRead = () => turn.closing.abort()
  const client = new Follower()
  assert.equal(await follow(turn, 0, client), 'ended')
  assert.deepEqual(client.kinds, ['turn-start', 'turn-end'])
})

test('a client that disconnects gets nothing more, wherever the turn runs', async () => {
  const [running, waiting] = [new FollowedTurn(), new FollowedTurn()]
  running.run()
  for (const turn of [running, waiting]) {
    const disconnected = new AbortController()
    const client = new Follower()
    const over = follow(turn, 0, client, disconnected.signal)
    await client.until(({ name }) => name === 'turn-start')
    await settle()
    disconnected.abort()
    assert.equal(await over, 'disconnected')
    turn.publish('more')
    assert.equal(client.text, '')
    assert.equal(await follow(turn, 0, new Follower(), disconnected.signal), 'disconnected')
  }
})

test('a client that disconnects and comes back to the end of a running turn does not disturb it', async () => {
  const turn = new FollowedTurn()
  const live = turn.run()
  const disconnected = new AbortController()
  const over = follow(turn, 0, new Follower(), disconnected.signal)
  await settle()
  disconnected.abort()
  await over
  assert.equal(live.signal.aborted, false)
  turn.publish('a')
  await turn.commit(end)
  const client = new Follower()
  assert.equal(await follow(turn, 0, client), 'ended')
  assert.equal(client.text, 'a')
})

test('a journal that cannot be read fails for the client, which may ask again', async () => {
  const turn = new FollowedTurn()
  turn.beforeRead = () => {
    throw engineError('database-unavailable')
  }
  await assert.rejects(follow(turn), { code: 'database-unavailable' })
})

test('a client that reads slowly is waited for before more is read of the journal', async () => {
  const turn = new FollowedTurn()
  turn.pageSize = 2
  for (const text of ['a', 'b', 'c', 'd', 'e']) turn.elsewhere(false, delta(text))
  turn.elsewhere(false, end)
  const gates: (() => void)[] = []
  const client = new Follower()
  const slow = {
    write(chunk: EventChunk, from: number) {
      client.write(chunk, from)
      return new Promise<void>((resolve) => gates.push(resolve))
    },
  }
  const over = followTurn('t', 0, slow, here, turn.ports)
  for (let written = 1; written <= 7; written++) {
    for (let times = 0; times < 5; times++) await settle()
    assert.equal(client.events.length, written, 'no chunk is written before the last was taken')
    assert.equal(turn.reads.length, Math.ceil(written / 2), 'no page is read before the last was taken')
    gates.shift()?.()
  }
  assert.equal(await over, 'ended')
})
