import { spawnSync } from 'node:child_process'
import { cpSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { extname, join, resolve } from 'node:path'
import { openPage } from '../src/page/open-page.ts'

const root = resolve(import.meta.dirname, '..')
const dist = join(root, 'dist')
// The command itself, and not node_modules/.bin/tsc, which is a shell script on Windows.
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '..', 'bin', 'tsc')

rmSync(dist, { recursive: true, force: true })
const { status } = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
})
if (status !== 0) process.exit(status ?? 1)
const page = openPage({ onNotice: () => {}, onWarning: (text) => console.error(text) })
await page.settled
if (page.state().state !== 'ready') process.exit(1)

// What tsc leaves behind, such as the migrations: the program reads them from beside its own files.
const web = join(root, 'src', 'web')
cpSync(join(root, 'src'), dist, {
  recursive: true,
  filter: (from) => from !== web && (statSync(from).isDirectory() || extname(from) !== '.ts'),
})
