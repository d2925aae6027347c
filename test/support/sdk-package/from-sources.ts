import { registerHooks } from 'node:module'

// For node's --import: `chatterd/client` and its like are their sources, so that a program that uses the package runs without a build.

registerHooks({
  resolve(specifier, context, next) {
    const [, entry] = /^chatterd\/(client|view|react|ai-sdk)$/.exec(specifier) ?? []
    if (!entry) return next(specifier, context)
    const file = entry === 'client' ? 'index' : entry
    return next(new URL(`../../../src/client/${file}.ts`, import.meta.url).href, context)
  },
})
