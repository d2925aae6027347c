import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

// Checks the package as a stranger gets it: packed, judged by publint and @arethetypeswrong/cli, installed in an empty folder, and serving from there, with a tool of that folder.
// A script and not a test, because it needs the package registry.

const root = resolve(import.meta.dirname, '..')
const startMs = 60_000
const folder = mkdtempSync(join(tmpdir(), 'chatterd-package-'))
const shell = process.platform === 'win32'

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], shell })
}

/** Packs the project, which builds it first, and returns the archive's path. */
function pack(): string {
  npm(root, 'pack', '--silent', '--pack-destination', folder)
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  assert.ok(archive, 'npm pack made an archive')
  return join(folder, archive)
}

async function lint(archive: string): Promise<void> {
  const { buffer } = Uint8Array.from(readFileSync(archive))
  const { messages, pkg } = await publint({ pack: { tarball: buffer }, strict: true })
  const words = messages.map((message) => formatMessage(message, pkg ?? {}))
  assert.deepEqual(words, [], 'publint finds nothing')
}

/** Editors and compilers find the types of all entries, as @arethetypeswrong/cli judges. */
function checkEntries(archive: string): void {
  const attw = join(root, 'node_modules', '.bin', 'attw')
  const options = ['--profile', 'esm-only', '--no-definitely-typed', '--format', 'ascii']
  execFileSync(attw, [archive, ...options], { cwd: folder, stdio: 'inherit', shell })
}

/** A page that is written with the installed SDK has its types, without those of Node. */
function checkClient(): void {
  const source = [
    "import { createClient, defineDeviceTool } from 'chatterd/client'",
    "import { createView } from 'chatterd/view'",
    "const parameters = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } as const",
    "const tool = defineDeviceTool({ name: 'same', parameters, run: ({ n }) => n satisfies number })",
    "export const view = createView(createClient().conversation('home'), { tools: [tool] })",
    "document.title = view.state.messages[0]?.content ?? ''",
  ]
  writeFileSync(join(folder, 'page.ts'), source.join('\n'))
  const options = [
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
    '--lib',
    'es2022,dom',
    '--types',
    '',
  ]
  compile(['--target', 'es2022', ...options, 'page.ts'])
  execFileSync(process.execPath, ['--input-type=module', '--eval', "await import('chatterd/client')"], {
    cwd: folder,
  })
}

function compile(options: string[]): void {
  const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '..', 'bin', 'tsc')
  const all = [tsc, '--noEmit', '--strict', ...options]
  execFileSync(process.execPath, all, { cwd: folder, stdio: 'inherit' })
}

/** Starts the installed command, asks for its root once its address is printed, and stops it as a terminal would. */
async function serve(): Promise<void> {
  const env = {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: '0',
    OLLAMA_BASE_URL: 'http://127.0.0.1:9',
    CHATTERD_DATA_DIR: join(folder, 'data'),
  }
  const command = join(folder, 'node_modules', 'chatterd', 'bin', 'chatterd.js')
  const server = spawn(process.execPath, [command, 'serve'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((done) => server.once('exit', () => done()))
  const timer = setTimeout(() => server.kill('SIGKILL'), startMs)
  try {
    let address: string | undefined
    for await (const line of createInterface({ input: server.stdout })) {
      address = /https?:\/\/127\.0\.0\.1:(?!9\b)\d+/.exec(line)?.[0]
      if (address) break
    }
    assert.ok(address, 'the installed command tells its address')
    server.stdout.resume()
    const answer = await fetch(address, { headers: { accept: 'application/json' } })
    assert.equal(await answer.json(), 'EECS Reactive chatterd')
    const page = await fetch(`${address}/app/`)
    const [, script = ''] = /src="\.\/(assets\/[^"]+\.js)"/.exec(await page.text()) ?? []
    assert.equal((await fetch(`${address}/app/${script}`)).status, 200, 'the page is in the package, built')
    server.kill('SIGTERM')
    await ended
  } finally {
    clearTimeout(timer)
    server.kill('SIGKILL')
  }
}

/** A tool that is written with the installed package is offered, and its types are those of its schema. */
function checkTool(): void {
  mkdirSync(join(folder, 'tools'))
  const source = [
    "import { defineTool } from 'chatterd'",
    "const parameters = { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } as const",
    'export default defineTool({ parameters, run: ({ n }) => n satisfies number })',
  ]
  writeFileSync(join(folder, 'tools', 'same-number.ts'), source.join('\n'))
  compile(['--module', 'nodenext', '--target', 'es2024', join('tools', 'same-number.ts')])
  assert.match(npm(folder, 'exec', '--', 'chatterd', 'tools', 'call', 'same_number', '{"n":7}'), /^7\n/m)
}

try {
  const archive = pack()
  await lint(archive)
  checkEntries(archive)
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  npm(folder, 'install', '--no-audit', '--no-fund', '--silent', archive)
  assert.match(npm(folder, 'exec', '--', 'chatterd', '--version'), /^\d+\.\d+\.\d+/)
  checkTool()
  checkClient()
  await serve()
  console.log('The package installs in an empty folder, and its command serves.')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
