import { test } from 'node:test'
import { openPageWorld } from '../support/browser/page-world.ts'

test('whoever opens the address gets the page', async (t) => {
  const world = await openPageWorld(t, { engine: 'demo' })
  await world.open('/')
})
