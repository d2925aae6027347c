import { after, before, describe } from 'node:test'
import { deviceTools } from './scenarios/device-tools.ts'
import { results } from './scenarios/results.ts'
import { toolArguments } from './scenarios/tool-arguments.ts'
import { toolRounds } from './scenarios/tool-rounds.ts'
import { openWorld, type World } from './world.ts'
let world: World
before(async () => { world = await openWorld({}) })
after(() => world.close())
describe('tools', () => toolRounds(() => world))
describe('arguments', () => toolArguments(() => world))
describe('device tools', () => deviceTools(() => world))
describe('results', () => results(() => world))
