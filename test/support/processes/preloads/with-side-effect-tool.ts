import { registerHooks } from 'node:module'

// Given to a process with `--import`: its toolbox has one more tool, which has side effects (side-effect-tool.ts). The product
// has none.

const list = new URL('../../../../src/tools/resident/resident-tools.ts', import.meta.url).href
const withSideEffectTool = new URL('./side-effect-tool.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, nextResolve) {
    const found = nextResolve(specifier, context)
    const isReplaced = found.url === list && context.parentURL !== withSideEffectTool
    return isReplaced ? { ...found, url: withSideEffectTool } : found
  },
})
