import assert from 'node:assert/strict'
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makeTemporaryFolder } from '../../test/support/processes/temporary-folder.ts'
import { openPage } from './open-page.ts'

const checkout = resolve(import.meta.dirname, '../..')

/** A small project with a page, as a checkout has it. */
async function project(t: TestContext, { withVite = true, script = 'document.title = "one"' } = {}) {
  const { path: root, remove } = await makeTemporaryFolder()
  t.after(remove)
  const files: Record<string, string> = {
    'package.json': '{ "type": "module" }',
    'vite.config.ts': "export default { root: 'src/web', base: './', logLevel: 'warn' }",
    'src/web/index.html': '<!doctype html><script type="module" src="./main.ts"></script>',
    'src/web/main.ts': script,
    'src/client/empty.ts': '',
    'src/protocol/empty.ts': '',
  }
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  if (withVite) await symlink(join(checkout, 'node_modules'), join(root, 'node_modules'))
  const notices: string[] = []
  const open = () => {
    const page = openPage({
      root,
      onNotice: (text) => notices.push(text),
      onWarning: (text) => notices.push(text),
    })
    t.after(() => page.close())
    return page
  }
  return { root, open, notices }
}

test('a checkout builds its page at the first start, says so, and not again', async (t) => {
  const { root, open, notices } = await project(t)
  const page = open()
  assert.deepEqual(page.state(), { state: 'building' })
  assert.equal(page.file('index.html'), undefined)
  await page.settled
  assert.deepEqual(page.state(), { state: 'ready' })
  const [, script = ''] = /src="\.\/(assets\/[^"]+)"/.exec(String(page.file('index.html')?.plain)) ?? []
  assert.match(String(page.file(script)?.plain), /one/)
  assert.equal(page.file(script)?.immutable, true)
  assert.match(notices.join('\n'), /is being built.*\n.*is built \(/)

  const again = open()
  await again.settled
  assert.deepEqual(again.state(), { state: 'ready' })
  assert.equal(notices.length, 2)
  assert.deepEqual(await readdir(join(root, 'dist')), ['app'])
})

test('a page whose sources have changed is built anew', async (t) => {
  const { root, open } = await project(t)
  await open().settled
  await writeFile(join(root, 'src/web/main.ts'), 'document.title = "two"')
  const page = open()
  await page.settled
  const [, script = ''] = /src="\.\/(assets\/[^"]+)"/.exec(String(page.file('index.html')?.plain)) ?? []
  assert.match(String(page.file(script)?.plain), /two/)
})

test('sources that do not build leave the server without a page, in the words of vite', async (t) => {
  const { root, open, notices } = await project(t, { script: 'document.title = ' })
  const page = open()
  await page.settled
  assert.equal(page.state().state, 'missing')
  assert.match(notices.join('\n'), /cannot be served: vite could not build it:[\s\S]*main\.ts/)
  assert.deepEqual(await readdir(join(root, 'dist')), [])
})

test('without vite it says what to run', async (t) => {
  const { open, notices } = await project(t, { withVite: false })
  await open().settled
  assert.match(notices.join('\n'), /npm ci, without --omit=dev/)
})

test('a server that stops does not wait for the build', async (t) => {
  const { root, open, notices } = await project(t)
  const page = open()
  await page.close()
  assert.doesNotMatch(notices.join('\n'), /is built|cannot/)
  assert.deepEqual(await readdir(join(root, 'dist')).catch(() => []), [])
})

test('two servers that start at once both get the page', async (t) => {
  const { open } = await project(t)
  const pages = [open(), open()]
  await Promise.all(pages.map(({ settled }) => settled))
  for (const page of pages) assert.deepEqual(page.state(), { state: 'ready' })
})
