import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

const root = new URL('../../', import.meta.url)
const bin = fileURLToPath(new URL('bin/chatterd.js', root))

test('the installed command runs', () => {
  const { version } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' })
  assert.deepEqual([status, stdout, stderr], [0, `${version}\n`, ''])
})

test('a wrong setting ends it with exit code 2 and a message on standard error', () => {
  const env = { ...process.env, PORT: 'eighty' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin], { encoding: 'utf8', env })
  assert.deepEqual([status, stdout], [2, ''])
  assert.match(stderr, /PORT in the environment is "eighty": expected a port/)
  assert.doesNotMatch(stderr, /\n +at /)
})

test('on a Node that is too old it names that version, the one it needs, and a command that works', () => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.19.0' } })`
  const args = ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`, bin, '--version']
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  assert.deepEqual([status, stdout], [1, ''])
  assert.match(stderr, /chatterd needs Node 24 or newer, and this is Node 20\.19\.0/)
  assert.match(stderr, /\n {4}npx -p node@24 -p chatterd chatterd\n/)
})

test('it parses as a script, not only as a module, because old versions of Node read it so', () => {
  const source = readFileSync(bin, 'utf8')
  assert.doesNotThrow(() => new Script(source), 'no static import, import.meta or await')
  assert.doesNotMatch(source, /\?[.?]/, 'no operators that old versions of Node lack')
})
