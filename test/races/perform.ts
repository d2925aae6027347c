import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { user } from '../support/turns/store-calls.ts'
import type { Doing } from './actions.ts'
import { Asked, Subscriber } from './clients.ts'
import { planned } from './plans.ts'
import { postResults } from './post-results.ts'
import type { RaceWorld } from './race-world.ts'
import { inRealTime } from './virtual-clock.ts'

const request = { model: 'm', stream: true, offerTools: true, settings: {} }
const locate = {
  type: 'function' as const,
  function: { name: 'locate', parameters: { type: 'object', properties: {} } },
}
/** How long statements have to come to the lock that holds them up, in milliseconds. */
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
    case 'cancel':
      return cancel(world.process(doing.place), world.turn(doing.turn), world)
    case 'follow':
      return follow(doing, world)
    case 'disconnect':
      return subscribers.at(-1 - doing.client)?.leave()
    case 'resume-events': {
      const subscriber = subscribers.at(-1 - doing.client)
      if (subscriber?.standing === 'off') void subscriber.follow(world.process(doing.place))
      return
    }
    case 'leave': {
      const waiting = world.posts.filter(({ asked }) => asked.standing === 'pending')
      return waiting.at(-1 - doing.client)?.asked.left.abort(new Error('The client left.'))
    }
    case 'expire':
      world.expired.add(world.process(doing.place))
      return world.process(doing.place).expire()
    case 'beat':
      return void world.process(doing.place).beat()
    case 'overtake':
      return world.overtake(doing.place)
    case 'kill':
      return world.kill(doing.place)
    case 'pause':
      return world.process(doing.place).pause()
    case 'go-on':
      return world.process(doing.place).resume()
    case 'lose':
      return void world.process(doing.place).losses.push(...doing.losses)
    case 'wait':
      return clock.advance(doing.ms, () => scheduler.quiet())
    case 'call-expiry':
      return void (await world.query("update chatterd.calls set created_at = created_at - interval '1 day'"))
    case 'reset':
    case 'remove':
      return empty(doing.do, world.process(doing.place), world.conversation(doing.conversation).name, world)
  }
}

function post(doing: Extract<Doing, { do: 'post' }>, world: RaceWorld): void {
  const { plan, whenBusy, listens, follows } = doing
  const by = world.process(doing.place)
  const conversation = world.conversation(doing.conversation)
  const before = world.posts.find((one) => one.key === doing.key && one.conversation === conversation.name)
  const id = doing.key ? `${doing.key}${doing.conversation}` : `p${world.posts.length}`
  const message = doing.key && doing.sameBody && before ? user(before.content) : planned(id, plan)
  const key = doing.key && { key: doing.key, digest: message.content }
  const asked = new Asked(by, world.moment)
  world.posts.push({ content: message.content, conversation: conversation.name, key: doing.key, asked })
  const beginning = {
    conversation,
    request,
    messages: [message],
    tools: [locate],
    whenBusy,
    ...(key && { key }),
  }
  // As the classic dialect has it: a request with a key is told by the turn's events.
  const listener = listens && !key ? asked.listener : undefined
  const begun = by.turns.begin(beginning, asked.left.signal, listener)
  const answered = asked.answered(begun, listener !== undefined).then(() => {
    if (!asked.turn || listener || !follows || by.dead) return
    const subscriber = new Subscriber(asked.turn, asked.after, () => undefined)
    world.subscribers.push(subscriber)
    void subscriber.follow(by)
  })
  world.ask(by, answered)
}

function cancel(by: ReturnType<RaceWorld['process']>, turn: string | undefined, world: RaceWorld): void {
  if (!turn) return
  world.unwanted.add(turn)
  const cancelled = by.turns.cancel(turn).then((done) => {
    if (done && !by.dead) world.cancelled.add(turn)
  })
  world.ask(by, cancelled)
}

function follow({ place, turn, after, slow }: Extract<Doing, { do: 'follow' }>, world: RaceWorld): void {
  const id = world.turn(turn)
  if (!id) return
  const reader = () => (slow ? world.scheduler.hold('a slow reader reads') : undefined)
  const subscriber = new Subscriber(id, after, reader)
  world.subscribers.push(subscriber)
  void subscriber.follow(world.process(place))
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
