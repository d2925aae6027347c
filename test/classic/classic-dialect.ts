import { describe } from 'node:test'
import type { DatabaseKind } from '../support/databases/database-kinds.ts'
import { deviceTools } from './scenarios/device-tools.ts'
import { disconnectsAndQueues } from './scenarios/disconnects.ts'
import { engineFaults } from './scenarios/engine-faults.ts'
import { limits, tightLimits } from './scenarios/limits.ts'
import { plainRoutes } from './scenarios/plain-routes.ts'
import { promptPrefix } from './scenarios/prompt-prefix.ts'
import { refusals } from './scenarios/refusals.ts'
import { results } from './scenarios/results.ts'
import { slowReader } from './scenarios/slow-reader.ts'
import { texts } from './scenarios/texts.ts'
import { toolArguments } from './scenarios/tool-arguments.ts'
import { toolRounds } from './scenarios/tool-rounds.ts'
import { turnsAtOnce, waiting } from './scenarios/waiting.ts'
import { worldOf } from './world.ts'

const scenarios = {
  'tools of both sides': toolRounds,
  'arguments of calls': toolArguments,
  'the tools of a device': deviceTools,
  'results of a device': results,
  'an engine that fails': engineFaults,
  'phones that disconnect and prompts that wait': disconnectsAndQueues,
  'texts byte for byte': texts,
  'the prompt of the next turn': promptPrefix,
  'requests that are refused': refusals,
  'the other routes': plainRoutes,
  'phones that do not read': slowReader,
}

/** The classic dialect over real HTTP, on a database of this kind. */
export function testClassicDialect(database: DatabaseKind): void {
  describe(`the classic dialect on ${database.name}`, () => {
    const world = worldOf(database, { CHATTERD_CLIENT_BUFFER: '64KiB' })
    for (const [title, register] of Object.entries(scenarios)) describe(title, () => register(world))
  })
}

/** Its bounds, which are the same whatever the database. */
export function testClassicLimits(database: DatabaseKind): void {
  describe('the limits of the classic dialect', () => {
    const world = worldOf(database, tightLimits)
    // Most of their time is waited: they wait together.
    describe('bounds of a turn', { concurrency: true }, () => limits(world))
    describe('waiting', { concurrency: true }, () => waiting(world))
    describe('turns at once', () => turnsAtOnce(world))
  })
}
