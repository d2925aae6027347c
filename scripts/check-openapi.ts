import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { loadConfig } from '../src/config/load-config.ts'
import { serve } from '../src/main.ts'

// Holds what the native dialect answers against its OpenAPI document, with requests that schemathesis makes up. A script and not a
// test, because schemathesis is no package of npm: `pip install schemathesis`, and where it is not found on the PATH, name the folder
// of its virtual environment in SCHEMATHESIS_VENV. DATABASE_URL names a database to use; without it, one is made for the run.

/** How long requests are made up for, in seconds, and how much longer the whole may take. */
const budget = 30
const grace = 60
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
]

const folder = mkdtempSync(join(tmpdir(), 'chatterd-openapi-'))
const venv = process.env.SCHEMATHESIS_VENV
const scripts = process.platform === 'win32' ? 'Scripts' : 'bin'
const path = [...(venv ? [join(venv, scripts)] : []), process.env.PATH].join(delimiter)
// Its settings and what it learns are those of this run alone.
const asked = { cwd: folder, env: { ...process.env, PATH: path } }

/** Writes the document as schemathesis reads it, where the schema of an event stream is that of each event, and returns its path. */
async function writeDocument(url: string): Promise<string> {
  const response = await fetch(`${url}/chatterd/v1/openapi.json`)
  const { components, ...document } = (await response.json()) as { components: { schemas: object } }
  const schemas = { ...components.schemas, EventStream: { $ref: '#/components/schemas/Event' } }
  const path = join(folder, 'openapi.json')
  writeFileSync(path, JSON.stringify({ ...document, components: { ...components, schemas } }))
  return path
}

/** Runs schemathesis against a server, and returns its exit code; null where it took too long. */
async function examine(url: string): Promise<number | null> {
  const document = await writeDocument(url)
  const run = spawn(
    'schemathesis',
    [
      ...['run', document, '--url', url, '--checks', checks.join(',')],
      // Its stream does not end, and would be all that is asked for.
      ...['--exclude-operation-id', 'watchConversation'],
      ...['--max-time', `${budget}`, '--request-timeout', '15', '--warnings', 'off', '--no-color'],
    ],
    { ...asked, stdio: ['ignore', 'inherit', 'inherit'] },
  )
  const timer = setTimeout(() => run.kill('SIGKILL'), (budget + grace) * 1_000)
  return new Promise((done) => {
    run.once('exit', (code) => {
      clearTimeout(timer)
      done(code)
    })
  })
}

/** A server with the demo engine, in which nothing waits long: neither for a busy conversation nor for a device. */
function start() {
  const database = process.env.DATABASE_URL
  const env = {
    ...{ HOST: '127.0.0.1', PORT: '0', CHATTERD_ENGINE: 'demo', CHATTERD_LOG_LEVEL: 'error' },
    ...{ CHATTERD_BUSY_WAIT: '1s', CHATTERD_CALL_TIMEOUT: '2s', CHATTERD_DRAIN_TIMEOUT: '1s' },
    ...(database ? { DATABASE_URL: database } : { CHATTERD_DATA_DIR: join(folder, 'data') }),
  }
  const config = loadConfig({ env, platform: process.platform, home: folder, cwd: folder })
  return serve({ config, files: [] }, { version: '0.0.0-check', out: () => {} })
}

try {
  const found = spawnSync('schemathesis', ['--version'], { ...asked, encoding: 'utf8' })
  if (found.status === 0) {
    const server = await start()
    const code = await examine(server.url).finally(() => server.close())
    if (code === null) console.error(`schemathesis did not come to an end within ${budget + grace} s.`)
    process.exitCode = code ?? 1
  } else {
    console.error(
      'schemathesis was not found. Install it (pip install schemathesis) so that it is on the PATH, or name the folder of its virtual environment in SCHEMATHESIS_VENV.',
    )
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
