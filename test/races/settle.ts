import type { RaceWorld } from './race-world.ts'

/** How long it may take, in rounds of half a second, until all have their response: more than all times of the processes together. */
const maxRounds = 60

/** Nothing is held up any more, leases of the dead run out, and time passes until everything has ended, or waits. */
export async function settle(world: RaceWorld): Promise<void> {
  const { scheduler, clock } = world
  scheduler.note('settling')
  for (const process of world.processes) {
    process.losses.length = 0
    process.resume()
  }
  await scheduler.drain()
  for (let round = 0; round < maxRounds; round++) {
    if (round % 3 === 1) await expireTheDead(world)
    for (const process of world.processes) void process.beat()
    await scheduler.drain()
    await clock.advance(500, () => scheduler.drain())
    resumeSubscribers(world)
    await scheduler.drain()
    if (round > 1 && (await isSettled(world))) return
  }
  const open = [...world.open.values()].map(({ name }) => name)
  const running = world.processes.flatMap(({ turns }) => turns.ids())
  throw new Error(`it does not come to rest: requests at ${open}, turns that run: ${running}`)
}

/** Ends the leases of processes that are gone, and of turns that no process runs. */
async function expireTheDead({ processes, query }: RaceWorld): Promise<void> {
  const alive = processes.map(({ runner }) => runner)
  await query(`update chatterd.runners set expires_at = '-infinity' where id <> all ($1)`, [alive])
  await query(
    `update chatterd.turns set running_since = running_since - interval '1 day' where status = 'running'`,
  )
}

/** Clients whose connection was lost reconnect after the last event that they have seen. */
function resumeSubscribers({ subscribers, process }: RaceWorld): void {
  for (const [index, subscriber] of subscribers.entries())
    if (subscriber.status === 'off') void subscriber.follow(process(index))
}

async function isSettled(world: RaceWorld): Promise<boolean> {
  if (world.open.size > 0 || world.scheduler.size > 0) return false
  if (world.processes.some(({ turns }) => turns.ids().length > 0)) return false
  const active = await world.query<{ id: string; status: string }>(
    `select id, status from chatterd.turns where status in ('running', 'waiting')`,
  )
  if (active.some(({ status }) => status === 'running')) return false
  const waiting = new Set(active.map(({ id }) => id))
  return world.subscribers.every(
    ({ status: standing, turn }) => standing !== 'following' || waiting.has(turn),
  )
}
