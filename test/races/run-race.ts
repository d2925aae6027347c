import type { Doing } from './actions.ts'
import { checkApprovals } from './check-approvals.ts'
import { checkClients } from './check-clients.ts'
import { checkTurns } from './check-turns.ts'
import { perform } from './perform.ts'
import type { RaceDatabase } from './race-database.ts'
import { RaceWorld } from './race-world.ts'
import { settle } from './settle.ts'
import { readStored } from './stored.ts'

/** What is done, in order, and what is released after each. */
export type Race = { doing: Doing; picks: number[] }[]

/** Runs one race; throws where a promise was not kept, with the story of the run. */
export async function runRace(race: Race, database: RaceDatabase): Promise<void> {
  const world = new RaceWorld(database)
  world.clock.install()
  try {
    await world.start()
    for (const action of race) {
      await perform(action, world)
      await checkActive(world)
    }
    await settle(world)
    const end = await readStored(world)
    const broken = [
      ...faultsOf(world),
      ...checkTurns(world, end),
      ...checkClients(world, end),
      ...checkApprovals(world, end),
    ]
    if (broken.length > 0) throw new Error(broken.join('\n'))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new Error(`${message}\n\nThe story:\n${world.scheduler.story.join('\n')}`, { cause: error })
  } finally {
    for (const process of world.all) process.kill()
    world.clock.uninstall()
  }
}

/** One turn of a conversation is active at a time. */
async function checkActive(world: RaceWorld): Promise<void> {
  const rows = await world.query<{ name: string }>(
    `select c.name from chatterd.turns t join chatterd.conversations c on c.id = t.conversation_id
     where t.status in ('running', 'waiting') group by c.name having count(*) > 1`,
  )
  for (const { name } of rows) world.faults.push(`${name} has two active turns`)
}

/** What should never have been seen, by anybody. */
function faultsOf({ faults, observed, all, posts, results }: RaceWorld): string[] {
  const faultsOfRequests = [...posts, ...results].flatMap(({ request: { fault } }) => (fault ? [fault] : []))
  const ofProcesses = all.flatMap((process) => process.faults)
  return [
    ...faults,
    ...observed.faults,
    ...[...faultsOfRequests, ...ofProcesses].map((fault) => `a fault of ours: ${fault}`),
  ]
}
