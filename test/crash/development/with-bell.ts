import { registerHooks } from 'node:module'

// Given to a process with `--import`: its toolbox has one more tool, which has side effects (bell.ts). The product has none.

const list = new URL('../../../src/tools/resident/resident-tools.ts', import.meta.url).href
const withBell = new URL('./bell.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context)
    return found.url === list && context.parentURL !== withBell ? { ...found, url: withBell } : found
  },
})
