#!/usr/bin/env node
// Runs on every Node that anybody still has, to say which one is needed: no static import, no await.
const needed = 24
const found = Number(process.versions.node.split('.')[0])

if (found < needed) {
  console.error(
    `chatterd needs Node ${needed} or newer, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      `This runs it with Node ${needed}, and leaves yours as it is:\n\n` +
      `    npx -p node@${needed} -p chatterd chatterd\n`,
  )
  process.exit(1)
}

const source = '/src/cli/chatterd.ts'

import('../src/cli/chatterd.ts').catch((error) => {
  // A checkout runs from its sources, whatever was built of it before; the package has only what was built.
  if (error.code === 'ERR_MODULE_NOT_FOUND' && String(error.url).endsWith(source)) {
    return import('../dist/cli/chatterd.js')
  }
  throw error
})
