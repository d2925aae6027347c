import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { user } from '../support/turns/store-calls.ts'
import type { Doing } from './actions.ts'
import { ClientRequest, Subscriber } from './clients.ts'
import { planned } from './plans.ts'
import { postApprovals } from './post-approvals.ts'
import { postResults } from './post-results.ts'
import type { RaceWorld } from './race-world.ts'
import { inRealTime } from './virtual-clock.ts'

const turnRequest = { model: 'm', stream: true, offerTools: true, canAsk: true as const, settings: {} }
const deviceTools = ['locate', 'unlock'].map((name) => ({
  type: 'function' as const,
  function: { name, parameters: { type: 'object', properties: {} } },
}))
/** How long statements have to reach the lock that holds them up, in milliseconds. */
const jamMs = 8

/** Does what an action says, and then lets through what it picks. What has nothing to act on does nothing. */
export async function perform(
  { doing, picks }: { doing: Doing; picks: readonly number[] },
  world: RaceWorld,
): Promise<void> {
  world.scheduler.note(JSON.stringify(doing))
  if (doing.do === 'jam') return jam(picks, world)
  await act(doing, world)
  await world.scheduler.quiet()
  for (const pick of picks) await world.scheduler.pass(pick)
}

async function act(doing: Exclude<Doing, { do: 'jam' }>, world: RaceWorld): Promise<void> {
  const { scheduler, clock, subscribers } = world
  switch (doing.do) {
    case 'post':
      return post(doing, world)
    case 'results':
      return postResults(doing, world)
    case 'approve':
      return postApprovals(doing, world)
    case 'cancel':
      return cancel(world.process(doing.processIndex), world.turn(doing.turn), world)
    case 'follow':
      return follow(doing, world)
    case 'disconnect':
      return subscribers.at(-1 - doing.client)?.disconnect()
    case 'resume-events': {
      const subscriber = subscribers.at(-1 - doing.client)
      if (subscriber?.status === 'off') void subscriber.follow(world.process(doing.processIndex))
      return
    }
    case 'leave': {
      const waiting = world.posts.filter(({ request }) => request.status === 'pending')
      return waiting
        .at(-1 - doing.client)
        ?.request.disconnection.abort(new Error('The client has disconnected.'))
    }
    case 'expire':
      world.expired.add(world.process(doing.processIndex))
      return world.process(doing.processIndex).expire()
    case 'beat':
      return void world.process(doing.processIndex).beat()
    case 'overtake':
      return world.overtake(doing.processIndex)
    case 'kill':
      return world.kill(doing.processIndex)
    case 'pause':
      return world.process(doing.processIndex).pause()
    case 'go-on':
      return world.process(doing.processIndex).resume()
    case 'lose':
      return void world.process(doing.processIndex).losses.push(...doing.losses)
    case 'wait':
      return clock.advance(doing.ms, () => scheduler.quiet())
    case 'call-expiry':
      return void (await world.query("update chatterd.calls set created_at = created_at - interval '1 day'"))
    case 'reset':
    case 'remove':
      return empty(
        doing.do,
        world.process(doing.processIndex),
        world.conversation(doing.conversation).name,
        world,
      )
  }
}

function post(doing: Extract<Doing, { do: 'post' }>, world: RaceWorld): void {
  const { plan, whenBusy, listens, follows, after } = doing
  const by = world.process(doing.processIndex)
  const conversation = world.conversation(doing.conversation)
  const before = world.posts.find((one) => one.key === doing.key && one.conversation === conversation.name)
  const id = doing.key ? `${doing.key}${doing.conversation}` : `p${world.posts.length}`
  const message = doing.key && doing.sameBody && before ? user(before.content) : planned(id, plan)
  const key = doing.key && { key: doing.key, digest: message.content }
  const request = new ClientRequest(by, world.moment)
  world.posts.push({ content: message.content, conversation: conversation.name, key: doing.key, request })
  const beginning = {
    conversation,
    request: turnRequest,
    messages: [message],
    tools: deviceTools,
    whenBusy,
    ...(after !== undefined && { after }),
    ...(key && { key }),
  }
  // As in the classic dialect: a request with a key follows the turn's events.
  const listener = listens && !key ? request.listener : undefined
  const begun = by.turns.begin(beginning, request.disconnection.signal, listener)
  const settled = request.settle(begun, listener !== undefined).then(() => {
    if (!request.turn || listener || !follows || by.dead) return
    const subscriber = new Subscriber(request.turn, request.after, () => undefined)
    world.subscribers.push(subscriber)
    void subscriber.follow(by)
  })
  world.ask(by, settled)
}

function cancel(by: ReturnType<RaceWorld['process']>, turn: string | undefined, world: RaceWorld): void {
  if (!turn) return
  world.unwanted.add(turn)
  const cancelled = by.turns.cancel(turn).then((done) => {
    if (done && !by.dead) world.cancelled.add(turn)
  })
  world.ask(by, cancelled)
}

function follow(
  { processIndex, turn, after, slow }: Extract<Doing, { do: 'follow' }>,
  world: RaceWorld,
): void {
  const id = world.turn(turn)
  if (!id) return
  const reader = () => (slow ? world.scheduler.hold('a slow reader reads') : undefined)
  const subscriber = new Subscriber(id, after, reader)
  world.subscribers.push(subscriber)
  void subscriber.follow(world.process(processIndex))
}

function empty(
  how: 'reset' | 'remove',
  by: ReturnType<RaceWorld['process']>,
  name: string,
  world: RaceWorld,
) {
  world.emptied.add(name)
  const key = { tenant: '', name }
  world.ask(by, how === 'reset' ? by.turns.reset(key, []) : by.turns.remove(key))
}

async function jam(picks: readonly number[], world: RaceWorld): Promise<void> {
  const { scheduler, database } = world
  await scheduler.quiet()
  const free = await inRealTime(() => database.hold())
  for (const pick of picks.slice(0, 4)) {
    scheduler.open(pick)
    await turnOfTheLoop()
  }
  const since = Date.now()
  while (scheduler.isWorking && Date.now() - since < jamMs) await turnOfTheLoop()
  await inRealTime(free)
  await scheduler.quiet()
  for (const pick of picks.slice(4)) await scheduler.pass(pick)
}
