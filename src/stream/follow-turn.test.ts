import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delta } from '../../test/support/turns/delta.ts'
import { FollowedTurn } from '../../test/support/turns/followed-turn.ts'
import { Follower } from '../../test/support/turns/follower.ts'
import { here, settle } from '../../test/support/turns/live-process.ts'
import type { TurnEvent } from '../protocol/events.ts'
import { followTurn } from './follow-turn.ts'

const end: TurnEvent = { type: 'turn-end', status: 'completed' }
const waits: TurnEvent = { type: 'turn-waiting', calls: ['c'] }

/** A client that follows a turn from after this number. */
function follow(turn: FollowedTurn, after = 0, disconnected = here) {
  const follower = new Follower(after)
  return Object.assign(follower, { over: followTurn('t', after, follower, disconnected, turn.ports) })
}

test('a turn that runs here is followed from memory, as its events happen', async () => {
  const turn = new FollowedTurn()
  turn.run()
  const client = follow(turn, 1)
  for (const text of ['a', 'b', 'c']) {
    turn.publish(text)
    assert.equal(client.text.at(-1), text, 'at once')
  }
  await turn.commit(end)
  assert.equal(await client.over, 'ended')
  assert.deepEqual(client.kinds, ['text-delta', 'text-delta', 'text-delta', 'turn-end'])
  assert.deepEqual(turn.reads, [])
})

test('a client that joins later gets the past events, and then the new ones as they happen', async () => {
  const turn = new FollowedTurn()
  turn.run()
  turn.publish('a')
  turn.write()
  turn.publish('b')
  const client = follow(turn, 1)
  turn.publish('c')
  assert.equal(client.text, 'abc')
  await turn.commit(end)
  assert.equal(await client.over, 'ended')
  assert.deepEqual(turn.reads, [])
})

test('a client that is further behind than memory reaches reads the journal first', async () => {
  const turn = new FollowedTurn()
  turn.elsewhere(false, delta('from another run '))
  turn.run()
  turn.publish('a')
  const client = follow(turn)
  while (client.text !== 'from another run a') await settle()
  turn.publish('b')
  assert.equal(client.text.at(-1), 'b')
  assert.deepEqual(
    turn.reads,
    [{ turn: 't', after: 0, follow: false }],
    'no other process has to notify this one',
  )
  await turn.commit(end)
  assert.equal(await client.over, 'ended')
})

test('a client that is far behind gets the journal page by page', async () => {
  const turn = new FollowedTurn()
  turn.pageSize = 1
  for (const text of ['a', 'b', 'c']) turn.elsewhere(false, delta(text), delta(`${text}!`, 'thinking-delta'))
  turn.elsewhere(false, end)
  const client = follow(turn, 2)
  assert.equal(await client.over, 'ended')
  assert.deepEqual([client.text, client.events.length], ['bc', 6])
  assert.deepEqual(
    turn.reads.map(({ after }) => after),
    [2, 3, 5, 7],
  )
})

test('a turn that waits for its device is followed on, where it goes on here', async () => {
  const turn = new FollowedTurn()
  turn.run()
  const client = follow(turn)
  turn.publish('a')
  await turn.commit(waits)
  await client.until(({ name }) => name === 'turn-waiting')
  while (!turn.reads.some(({ follow }) => follow)) await settle()
  turn.elsewhere(false, { type: 'call-end', callId: 'c', status: 'answered', output: 'x', ms: 1 })
  turn.run()
  turn.publish('b')
  await turn.commit(end)
  assert.equal(await client.over, 'ended')
  assert.equal(client.text, 'ab')
  assert.deepEqual(client.events, turn.journal)
})

test('a turn that waits for its device is followed on, where it goes on in another process', async () => {
  const turn = new FollowedTurn()
  turn.run()
  const client = follow(turn)
  await turn.commit(waits)
  while (!turn.reads.some(({ follow }) => follow)) await settle()
  await settle()
  for (const text of ['a', 'b']) {
    turn.elsewhere(true, delta(text))
    while (!client.text.endsWith(text)) await settle()
  }
  turn.elsewhere(true, end)
  assert.equal(await client.over, 'ended')
  assert.deepEqual(client.events, turn.journal)
  assert.ok(
    turn.reads.slice(1).every(({ follow }) => follow),
    'the other process is asked to notify this one',
  )
})

test('an event that comes just after the journal was read is not missed', async () => {
  const turn = new FollowedTurn()
  const came = [delta('a'), delta('b'), end]
  turn.afterRead = async ({ chunks }) => {
    const next = chunks.length === 0 && came.shift()
    if (next) turn.elsewhere(true, next)
    await settle()
  }
  const client = follow(turn)
  assert.equal(await client.over, 'ended')
  assert.equal(client.text, 'ab')
})

test('a turn that goes on here just after the journal was read is followed here', async () => {
  const turn = new FollowedTurn()
  turn.status = 'waiting'
  let reads = 0
  turn.afterRead = () => {
    reads += 1
    if (reads === 2) turn.run()
  }
  const client = follow(turn)
  while (!turn.live) await settle()
  await settle()
  turn.publish('a')
  assert.equal(client.text, 'a')
  await turn.commit(end)
  assert.equal(await client.over, 'ended')
})

test('where no notification comes, the journal is read from time to time [lost-notification]', async () => {
  const turn = new FollowedTurn(1)
  const client = follow(turn)
  await client.until(({ name }) => name === 'turn-start')
  turn.elsewhere(false, delta('a'))
  await client.until(({ name }) => name === 'text-delta')
  turn.elsewhere(false, end)
  assert.equal(await client.over, 'ended')
})

test('a turn that another process has ended ends with what the journal says', async () => {
  const turn = new FollowedTurn()
  const live = turn.run()
  const client = follow(turn)
  await client.until(({ name }) => name === 'turn-start')
  turn.publish('a')
  // The sweep of another process has filled the numbers of what was never written, and ended it.
  live.publishUnjournaled([{ type: 'turn-end', status: 'interrupted' }])
  const filled = { first: 2, count: 2, records: 'text-delta {"text":""}\n'.repeat(2) }
  turn.chunks.push(filled)
  turn.elsewhere(false, { type: 'turn-end', status: 'interrupted' })
  turn.live = undefined
  live.finish()
  assert.equal(await client.over, 'ended')
  assert.deepEqual(client.kinds, ['turn-start', 'text-delta', 'text-delta', 'turn-end'])
  assert.equal(client.text, 'a')
})
