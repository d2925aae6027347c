import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { loadConfig } from '../src/config/load-config.ts'
import { serve } from '../src/main.ts'

// Generates clients from the OpenAPI document of the native dialect, and goes through its main flow with each, against a server with the
// demo engine. The generators are installed in a temporary folder: this needs Python 3.11 with venv, and the package registries. A script
// and not a test, because of these.

/** Pinned, so that a run today and a run tomorrow check the same. */
const fromNpm = ['openapi-typescript@7.13.0', 'openapi-fetch@0.17.0', 'typescript@5.9.3', '@types/node@24']
const fromPypi = ['openapi-python-client==0.29.1']
/** How long a command may take, in seconds. */
const longest = 300

const isWindows = process.platform === 'win32'
const folder = mkdtempSync(join(tmpdir(), 'chatterd-clients-'))
const programs = join(import.meta.dirname, 'clients')
const bin = join(folder, 'python', isWindows ? 'Scripts' : 'bin')
// The generator formats its code with ruff, which is installed beside it.
const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter), PYTHONPATH: folder }

/** Runs a command in the folder; rejects where it fails or takes too long. */
function run(command: string, ...args: string[]): Promise<void> {
  const shell = isWindows && command === 'npm'
  const child = spawn(command, args, { cwd: folder, env, shell, stdio: ['ignore', 'inherit', 'inherit'] })
  const timer = setTimeout(() => child.kill('SIGKILL'), longest * 1_000)
  return new Promise<void>((done, fail) => {
    child.once('error', fail)
    child.once('exit', (code, signal) => {
      if (code === 0) done()
      else fail(new Error(`${[command, ...args].join(' ')} ended with ${code ?? signal}`))
    })
  }).finally(() => clearTimeout(timer))
}

function runPackage(script: string, ...args: string[]): Promise<void> {
  return run(process.execPath, join('node_modules', script), ...args)
}

function start() {
  const settings = {
    ...{ HOST: '127.0.0.1', PORT: '0', CHATTERD_ENGINE: 'demo', CHATTERD_LOG_LEVEL: 'error' },
    ...{ CHATTERD_DATA_DIR: join(folder, 'data'), CHATTERD_DRAIN_TIMEOUT: '1s' },
  }
  const config = loadConfig({ env: settings, platform: process.platform, home: folder, cwd: folder })
  return serve({ config, files: [] }, { version: '0.0.0-check', out: () => {} })
}

async function checkPython(url: string): Promise<void> {
  await run(isWindows ? 'python' : 'python3', '-m', 'venv', 'python')
  await run(join(bin, 'pip'), 'install', '--quiet', '--disable-pip-version-check', ...fromPypi)
  const generated = ['--path', 'openapi.json', '--meta', 'none', '--output-path', 'chatterd']
  await run(join(bin, 'openapi-python-client'), 'generate', ...generated, '--fail-on-warning')
  await run(join(bin, 'python'), join(programs, 'main_flow.py'), url)
}

async function checkTypescript(url: string): Promise<void> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await run('npm', 'install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', ...fromNpm)
  await runPackage('openapi-typescript/bin/cli.js', 'openapi.json', '--output', 'api.d.ts')
  copyFileSync(join(programs, 'main-flow.ts'), join(folder, 'main-flow.ts'))
  const options = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--noEmit']
  const modules = ['--target', 'es2024', '--module', 'nodenext', '--allowImportingTsExtensions']
  await runPackage(
    'typescript/bin/tsc',
    ...options,
    ...modules,
    '--skipLibCheck',
    '--types',
    'node',
    'main-flow.ts',
  )
  await run(process.execPath, 'main-flow.ts', url)
}

try {
  const server = await start()
  try {
    const response = await fetch(`${server.url}/chatterd/v1/openapi.json`)
    writeFileSync(join(folder, 'openapi.json'), await response.text())
    await checkPython(server.url)
    await checkTypescript(server.url)
  } finally {
    await server.close()
  }
  console.log('The clients of openapi-python-client and openapi-typescript go through the main flow.')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
