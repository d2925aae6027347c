import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openNotifications } from '../../../src/store/notifications.ts'
import type { StoreNotification } from '../../../src/turn/ports/event-journal.ts'
import type { TurnState } from '../../../src/turn/ports/turn-state.ts'
import {
  answered,
  beginning,
  begun,
  chunk,
  delta,
  resultsFor,
  step,
  waitingTurn,
} from '../../support/turns/store-calls.ts'
import type { StoreWorld } from './store-world.ts'

export function notifications(world: () => StoreWorld): void {
  /** The notifications that a process gets, from now on. */
  async function listener(t: TestContext, runner: string) {
    const received: StoreNotification[] = []
    let wake = Promise.withResolvers<void>()
    const listening = openNotifications(
      { config: { connectionString: world().url }, pooling: 'auto', onShared: assert.fail },
      runner,
      (notification) => {
        received.push(notification)
        wake.resolve()
        wake = Promise.withResolvers()
      },
    )
    t.after(() => listening.close())
    const until = async (is: (notification: StoreNotification) => boolean) => {
      for (;;) {
        const index = received.findIndex(is)
        if (index >= 0) return received.splice(0, index + 1)
        await wake.promise
      }
    }
    await until(({ type }) => type === 'missed')
    return { received, until }
  }

  const isOf = (turn: string) => (notification: StoreNotification) =>
    notification.type === 'events' && notification.turns.includes(turn)

  const among = (title: string, run: (t: TestContext) => Promise<void>) =>
    test(title, async (t) =>
      world().isAlone ? t.skip('no other process serves the embedded database') : await run(t),
    )

  among(
    'a process that follows a turn of another one is notified of each change of its journal',
    async (t) => {
      const [one, two] = [await world().process(), await world().process()]
      const { until, received } = await listener(t, two.runner)
      const conversation = world().conversation()
      const { id: quiet } = await begun(one.store, beginning(world().conversation()))
      const { id: turn } = await begun(one.store, beginning(conversation))
      await two.journal.read([{ turn, after: 0, follow: true }])
      const chunks = [chunk(2, delta('a'))]
      const { followed } = await one.journal.write([quiet, turn].map((id) => ({ turn: id, chunks })))
      assert.deepEqual(followed, [turn])
      await until(isOf(turn))
      const calls = [
        { id: 'c', index: 0, name: 'n', arguments: {}, side: 'device' as const, status: 'offered' as const },
      ]
      await one.store.endStep(step(turn, 1, '', { calls }), [chunk(3, delta('b'))])
      await until(isOf(turn))
      await one.store.storeResults(resultsFor(turn, [answered(2, 0)]))
      await until(isOf(turn))
      await one.store.endTurn({ turn, status: 'failed' }, [chunk(5, { type: 'turn-end', status: 'failed' })])
      await until(isOf(turn))
      assert.ok(!received.some(isOf(quiet)))
    },
  )

  among('a process is notified of its own turns that are to be cancelled, and of no others', async (t) => {
    const [one, two, three] = [await world().process(), await world().process(), await world().process()]
    const [own, other] = [await listener(t, one.runner), await listener(t, three.runner)]
    const { id: turn } = await begun(one.store, beginning(world().conversation()))
    const { id: marker } = await begun(three.store, beginning(world().conversation()))
    await two.store.cancelIdle(turn, 3_000)
    await two.store.cancel(turn)
    await two.store.cancel(marker)
    await own.until(
      (notification) =>
        notification.type === 'cancel-idle' && notification.turn === turn && notification.idleMs === 3_000,
    )
    await own.until((notification) => notification.type === 'cancel' && notification.turn === turn)
    const received = await other.until(
      (notification) => notification.type === 'cancel' && notification.turn === marker,
    )
    assert.deepEqual(received, [{ type: 'cancel', turn: marker }])
  })

  among(
    'when a conversation is emptied or removed, those that run its turn, follow it, or wait for it are notified [any-process]',
    async (t) => {
      const [one, two] = [await world().process(), await world().process()]
      const [runner, follower] = [await listener(t, one.runner), await listener(t, two.runner)]
      for (const way of ['reset', 'remove'] as const) {
        const conversation = world().conversation()
        const { id: turn } = await begun(one.store, beginning(conversation))
        await two.journal.read([{ turn, after: 0, follow: true }])
        const queued = beginning(conversation, 'next', { whenBusy: 'queue' })
        await two.store.begin(queued)
        if (way === 'reset') await two.store.reset(conversation, [])
        else await two.directory.remove(conversation)
        await runner.until((notification) => notification.type === 'cancel' && notification.turn === turn)
        await follower.until(isOf(turn))
        await follower.until(
          (notification) => notification.type === 'free' && notification.turn === queued.turn,
        )
      }
    },
  )

  among(
    'the first in the queue is notified when its conversation is free, whatever has freed it',
    async (t) => {
      const [one, two] = [await world().process(), await world().process()]
      const { until } = await listener(t, two.runner)
      const freed = (turn: string) =>
        until((notification) => notification.type === 'free' && notification.turn === turn)
      for (const way of ['completed', 'failed', 'waiting', 'withdrawn', 'cancelled', 'lost', 'left']) {
        const conversation = world().conversation()
        const run = await waitingTurn(one.store, conversation)
        if (way !== 'cancelled') await one.store.storeResults(resultsFor(run.turn, [answered(run.seq, 0)]))
        const queued = beginning(conversation, 'next', { whenBusy: 'queue' })
        const { turn } = run
        const first = beginning(conversation, 'first', { whenBusy: 'queue' })
        if (way === 'left') {
          await one.store.begin(first)
          await two.store.begin(queued)
          await one.store.endStep(step(turn, 2, 'ok'), [])
          await one.store.leaveQueue(first.turn)
        } else {
          if (way !== 'cancelled') await two.store.begin(queued)
          if (way === 'completed') await one.store.endStep(step(turn, 2, 'ok'), [])
          if (way === 'failed') await one.store.endTurn({ turn, status: 'failed' }, [])
          if (way === 'waiting') await one.store.endStep({ ...step(turn, 2, ''), status: 'waiting' }, [])
          if (way === 'withdrawn')
            await one.store.withdraw({ turn, conversation, results: [{ seq: run.seq, index: 0 }] })
          if (way === 'lost') {
            await one.expire()
            await (await world().process()).store.heartbeat([])
          }
          if (way === 'cancelled') continue
        }
        await freed(queued.turn)
      }
    },
  )

  among('the process that runs a turn is notified once clients of another one follow it', async (t) => {
    const [one, two] = [await world().process(), await world().process()]
    const { until, received } = await listener(t, one.runner)
    const { id: turn } = await begun(one.store, beginning(world().conversation()))
    const want = { turn, after: 0, follow: true }
    for (let reads = 0; reads < 3; reads++) await two.journal.read([want])
    await until((notification) => notification.type === 'followed' && notification.turn === turn)
    const { turn: waiting } = await waitingTurn(one.store, world().conversation())
    await two.journal.read([{ ...want, turn: waiting }])
    const { id: next } = await begun(one.store, beginning(world().conversation()))
    await two.journal.read([{ ...want, turn: next }])
    await until((notification) => notification.type === 'followed' && notification.turn === next)
    assert.deepEqual(received, [])
  })

  among(
    'a listener that lost its connection reconnects, and reports that it may have missed something [lost-notification]',
    async (t) => {
      const [one, two] = [await world().process(), await world().process()]
      const { until } = await listener(t, two.runner)
      const { id: turn } = await begun(one.store, beginning(world().conversation()))
      await two.journal.read([{ turn, after: 0, follow: true }])
      for (const number of [2, 3]) {
        await world().query(
          `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'chatterd notifications'`,
        )
        await until(({ type }) => type === 'missed')
        await one.journal.write([{ turn, chunks: [chunk(number, delta('a'))] }])
        await until(isOf(turn))
      }
    },
  )

  among(
    'requests that want to know their position are notified when others before them leave or begin, and others are not',
    async (t) => {
      const [one, two] = [await world().process(), await world().process()]
      const { until, received } = await listener(t, two.runner)
      const conversation = world().conversation()
      const { id: active } = await begun(one.store, beginning(conversation))
      const [leaves, begins, silent, wants] = [false, false, false, true].map((wantsPosition) =>
        beginning(conversation, 'waits', { whenBusy: 'queue', wantsPosition }),
      )
      assert.ok(leaves && begins && silent && wants)
      for (const request of [leaves, begins]) await one.store.begin(request)
      for (const request of [silent, wants]) await two.store.begin(request)
      const moved = ({ type }: StoreNotification) => type === 'moved'
      await one.store.leaveQueue(leaves.turn)
      await until(moved)
      await one.store.endStep(step(active, 1, 'Hi.'), [])
      received.length = 0
      await begun(one.store, begins)
      assert.deepEqual((await until(moved)).filter(moved), [{ type: 'moved', turn: wants.turn }])
    },
  )

  among(
    'of a conversation that is watched, every process is notified of each change, and of others of none',
    async (t) => {
      const [one, two] = [await world().process(), await world().process()]
      const { until, received } = await listener(t, two.runner)
      const [watched, other] = [world().conversation(), world().conversation()]
      const changedIn = (name: string) => (notification: StoreNotification) =>
        notification.type === 'changed' && notification.conversation.name === name
      await begun(one.store, beginning(other))
      const { id: first } = await begun(one.store, beginning(watched, 'Hello?', { title: 'Hello?' }))
      await two.directory.watch([watched])
      const second = beginning(watched, 'next')
      for (const change of [
        () => one.store.endStep(step(first, 1, 'Hi.'), []),
        () => one.directory.improveTitle(first, 'A title'),
        () => one.store.begin(second),
        () => one.store.withdraw({ turn: second.turn, conversation: watched, results: [] }),
        () => one.directory.change(watched, { title: 'Mine' }),
        async () => {
          const { turn } = await waitingTurn(one.store, watched)
          await until(changedIn(watched.name))
          received.length = 0
          await two.store.cancel(turn)
        },
        () => one.store.reset(watched, []),
        () => one.directory.remove(watched),
      ]) {
        received.length = 0
        await change()
        await until(changedIn(watched.name))
      }
      assert.ok(!received.some(changedIn(other.name)))
      assert.deepEqual(
        await two.directory
          .watch([watched, other].toReversed())
          .then((all) => all.map((one) => one?.turns.length)),
        [1, undefined],
      )
    },
  )

  among('unknown notifications on the channel do no harm', async (t) => {
    const [one, two] = [await world().process(), await world().process()]
    const { until } = await listener(t, two.runner)
    for (const payload of [
      '',
      'no JSON',
      'null',
      '[]',
      '{"events":3}',
      '{"cancel":1}',
      '{"changed":{"name":1}}',
    ]) {
      await world().query('select pg_notify($1, $2)', ['chatterd', payload])
    }
    const { id: turn } = await begun(one.store, beginning(world().conversation()))
    await two.journal.read([{ turn, after: 0, follow: true }])
    await one.journal.write([{ turn, chunks: [chunk(2, delta('a'))] }])
    assert.equal((await until(isOf(turn))).length, 1)
  })

  among('notifications of very many turns fit', async (t) => {
    const [one, two] = [await world().process(), await world().process()]
    const { until } = await listener(t, two.runner)
    const turns: TurnState[] = []
    // Not all at once: they would wait too long for a connection.
    while (turns.length < 210) turns.push(await begun(one.store, beginning(world().conversation())))
    await two.journal.read(turns.map(({ id: turn }) => ({ turn, after: 0, follow: true })))
    await one.journal.write(turns.map(({ id: turn }) => ({ turn, chunks: [chunk(2, delta('a'))] })))
    const rest = new Set(turns.map(({ id }) => id))
    while (rest.size > 0) {
      for (const notification of await until(({ type }) => type === 'events'))
        if (notification.type === 'events') for (const turn of notification.turns) rest.delete(turn)
    }
  })
}
