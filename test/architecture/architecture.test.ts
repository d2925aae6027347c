import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { test } from 'node:test'
import { blankSource } from './blank-source.ts'
import { checkArchitecture } from './check-architecture.ts'
import { findImports } from './find-imports.ts'

const root = resolve(import.meta.dirname, '../..')
const productFiles = ['{src,test,bench,scripts,bin,docs,.ci}/**/*', '*.{md,json}']

/** All text of the project, except generated files. */
function readProject(): Map<string, string> {
  const entries = globSync(productFiles, { cwd: root, withFileTypes: true, exclude: ['package-lock.json'] })
  return new Map(
    entries
      .filter((entry) => entry.isFile() && /\.(?:tsx?|js|sql|md|json|toml|css|html)$|^run$/.test(entry.name))
      .map((entry) => resolve(entry.parentPath, entry.name))
      .map((path) => [path.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(path, 'utf8')]),
  )
}

test('the source keeps the rules of the architecture', () => {
  const files = readProject()
  assert.ok(files.size > 20, 'the project is read')
  assert.deepEqual(checkArchitecture(files), [])
})

const todo = ['TO', 'DO'].join('')
const longest = 'export {}\n'.repeat(220)

const good: [string, Record<string, string>][] = [
  [
    'a room imports what its row names',
    { 'src/turn/fold.ts': "import { isOpen } from '../protocol/call.ts'" },
  ],
  [
    'an adapter imports a port',
    { 'src/store/open.ts': "import type { TurnStore } from '../turn/ports/turn-store.ts'" },
  ],
  [
    'http imports types of the core',
    { 'src/http/app.ts': "import type { TurnState } from '../turn/ports/turn-state.ts'" },
  ],
  [
    'http marks each name a type',
    { 'src/http/app.ts': "import { type A, type B } from '../turn/ports/turn-state.ts'" },
  ],
  [
    'main imports all',
    { 'src/main.ts': "import { openStore } from './store/open.ts'\nimport pino from 'pino'" },
  ],
  ['cli imports main', { 'src/cli/serve.ts': "import { start } from '../main.ts'" }],
  ['config reads the environment', { 'src/config/load.ts': 'export const port = process.env.PORT' }],
  [
    'store starts a worker',
    { 'src/store/worker.ts': "import { Worker } from 'node:worker_threads'\nimport pg from 'pg'" },
  ],
  [
    'a comment speaks of the clock',
    { 'src/turn/fold.ts': '// no Date.now() and no fetch() here\n/* setTimeout */' },
  ],
  [
    'a string speaks of fetch',
    { 'src/turn/fold.ts': `const a = 'fetch(x)' + \`Date.now() \${'setTimeout'}\`` },
  ],
  [
    'a regular expression holds quotes',
    { 'src/turn/fold.ts': "const a = /['\"`]/g\nconst b = 'console.log'" },
  ],
  ['a date is made of an argument', { 'src/turn/fold.ts': 'const a = new Date(now)' }],
  [
    'a method has the name of a global',
    { 'src/turn/fold.ts': 'const a = engine.fetch(1) + clock.performance.now()' },
  ],
  [
    'a test imports what it likes',
    { 'src/turn/fold.test.ts': "import { test } from 'node:test'\nDate.now()" },
  ],
  [
    'a suite of tests imports the product, its own files and the support',
    {
      'test/races/a.ts':
        "import '../../src/turn/fold.ts'\nimport './b.ts'\nimport '../support/c.ts'\nimport pg from 'pg'",
      'test/support/c.ts': "import './turns/d.ts'\nimport '../../src/turn/fold.ts'",
      'src/turn/fold.test.ts': "import { user } from '../../test/support/turns/d.ts'",
    },
  ],
  ['a file has 220 lines', { 'src/turn/fold.ts': longest }],
  ['a test is longer', { 'src/turn/fold.test.ts': longest + longest }],
]

for (const [title, tree] of good) {
  test(`the checker allows: ${title}`, () => {
    assert.deepEqual(checkArchitecture(new Map(Object.entries(tree))), [])
  })
}

const bad: [string, Record<string, string>, RegExp][] = [
  [
    'rooms side by side',
    { 'src/http/a.ts': "import { b } from '../store/b.ts'" },
    /http may not import store/,
  ],
  [
    'a room above',
    { 'src/protocol/a.ts': "import type { B } from '../turn/b.ts'" },
    /protocol may not import turn/,
  ],
  ['a re-export', { 'src/turn/a.ts': "export * from '../stream/b.ts'" }, /turn may not import stream/],
  [
    'a dynamic import',
    { 'src/turn/a.ts': "const b = await import('../stream/b.ts')" },
    /turn may not import stream/,
  ],
  ['an import for its effect', { 'src/turn/a.ts': "import '../stream/b.ts'" }, /turn may not import stream/],
  [
    'an import over lines',
    { 'src/turn/a.ts': "import {\n  type A,\n  b,\n} from '../stream/b.ts'" },
    /may not import stream/,
  ],
  [
    'values of a port',
    { 'src/engines/a.ts': "import { b } from '../turn/ports/engine.ts'" },
    /types only from turn/,
  ],
  [
    'what is no port',
    { 'src/engines/a.ts': "import type { B } from '../turn/fold.ts'" },
    /not one of the ports/,
  ],
  [
    'values for http',
    { 'src/http/a.ts': "import { type A, b } from '../turn/fold.ts'" },
    /types only from turn/,
  ],
  ['a room of no name', { 'src/garage/a.ts': 'export {}' }, /no room 'garage'/],
  ['what lies outside', { 'src/cli/a.ts': "import '../../test/a.ts'" }, /outside src/],
  ['a builtin in the core', { 'src/turn/a.ts': "import { randomUUID } from 'node:crypto'" }, /turn is pure/],
  [
    'files in an engine',
    { 'src/engines/a.ts': "import { open } from 'node:fs/promises'" },
    /engines may not touch files/,
  ],
  [
    'a worker in http',
    { 'src/http/a.ts': "import { Worker } from 'node:worker_threads'" },
    /may not touch threads/,
  ],
  ['SQL in http', { 'src/http/a.ts': "import pg from 'pg'" }, /http may not import pg; it belongs to store/],
  [
    'fastify in stream',
    { 'src/stream/a.ts': "import type { FastifyReply } from 'fastify'" },
    /may not import fastify/,
  ],
  ['undici in store', { 'src/store/a.ts': "import { Agent } from 'undici'" }, /may not import undici/],
  [
    'a package of no row',
    { 'src/http/a.ts': "import x from '@left/pad/deep.js'" },
    /package @left\/pad belongs to no room/,
  ],
  ['fetch in the core', { 'src/turn/a.ts': 'const a = await fetch(url)' }, /turn may not touch the fetch/],
  ['the clock in the core', { 'src/turn/a.ts': 'const a = Date.now()' }, /turn may not touch the clock/],
  ['a new date in the core', { 'src/turn/a.ts': 'const a = new Date()' }, /turn may not touch the clock/],
  ['chance in the core', { 'src/turn/a.ts': 'const a = Math.random()' }, /turn may not touch the chance/],
  ['timers in the core', { 'src/turn/a.ts': 'setTimeout(done, 1)' }, /turn may not touch the timers/],
  [
    'a timer in a template',
    { 'src/turn/a.ts': `const a = \`\${setTimeout(done, 1)}\`` },
    /turn may not touch the timers/,
  ],
  ['the process in the core', { 'src/turn/a.ts': "process.on('exit', f)" }, /turn may not touch the process/],
  [
    'the environment in main',
    { 'src/main.ts': 'const a = process.env.PORT' },
    /main may not touch the environment/,
  ],
  [
    'the environment taken apart',
    { 'src/main.ts': 'const { env } = process' },
    /main may not touch the environment/,
  ],
  ['the console in a store', { 'src/store/a.ts': 'console.log(1)' }, /store may not touch the console/],
  [
    'a cycle of types',
    {
      'src/turn/a.ts': "import type { B } from './b.ts'",
      'src/turn/b.ts': "import type { A } from './a.ts'",
    },
    /imports itself: .*a\.ts → .*b\.ts → .*a\.ts/,
  ],
  [
    'a cycle',
    {
      'src/turn/a.ts': "import { b } from './b.ts'",
      'src/turn/b.ts': "import { c } from './c.ts'",
      'src/turn/c.ts': "export { a } from './a.ts'",
    },
    /imports itself: .*a\.ts → .*b\.ts → .*c\.ts → .*a\.ts/,
  ],
  ['a drawer', { 'src/http/utils.ts': 'export {}' }, /'utils\.ts' does not say/],
  [
    'a suite of tests that imports another one',
    { 'test/races/a.ts': "import { b } from '../native/b.ts'" },
    /test\/races may not import test\/native\/b\.ts/,
  ],
  [
    'support that imports a suite',
    { 'test/support/turns/a.ts': "import { b } from '../../races/b.ts'" },
    /test\/support may not import test\/races\/b\.ts/,
  ],
  [
    'a test beside its source that imports a suite',
    { 'src/turn/fold.test.ts': "import { b } from '../../test/races/b.ts'" },
    /src\/turn may not import test\/races\/b\.ts/,
  ],
  ['a drawer of tests', { 'test/helpers/wait.ts': 'export {}' }, /'helpers' does not say/],
  ['a long file', { 'src/turn/fold.ts': `${longest}export {}` }, /fold\.ts: 221 lines/],
  ['what is left to do', { 'docs/a.md': `${todo}: write` }, /does not belong in the product/],
  [
    'a path of one machine',
    { 'src/turn/a.ts': `// ${['', 'work', 'main'].join('/')}` },
    /does not belong in the product/,
  ],
]

for (const [title, tree, problem] of bad) {
  test(`the checker finds: ${title}`, () => {
    const problems = checkArchitecture(new Map(Object.entries(tree)))
    assert.equal(problems.length, 1, problems.join('\n'))
    assert.match(problems[0] ?? '', problem)
  })
}

test('blanking keeps every line and column of the code', () => {
  const source = `const a = \`x \${b ? \`y \${{ c: 1 }.c}\` : 2} z\` // d\nreturn /[/"]+/.test(e) / 2 / f`
  const { code } = blankSource(source)
  assert.equal(code.length, source.length)
  assert.equal(code.replace(/\s+/g, ' '), 'const a = b ? { c: 1 }.c : 2 return .test(e) / 2 / f')
})

test('imports are found with what they bring', () => {
  const source =
    "import a, { type B } from 'x'\nexport type { C } from 'y'\nimport type D from 'z'\nconst s = \"import 'no'\""
  assert.deepEqual(findImports(blankSource(source)), [
    { specifier: 'x', typeOnly: false },
    { specifier: 'y', typeOnly: true },
    { specifier: 'z', typeOnly: true },
  ])
})
