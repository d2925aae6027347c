import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Config, settingList } from '../config/settings.ts'
import { runCli } from './run-cli.ts'

/** Runs one command line with a server that only records the settings that it is started with. */
async function run(args: string[], env: Record<string, string> = {}, start = (_: Config) => {}) {
  const seen = { out: '', err: '', served: [] as Config[], notices: [] as string[] }
  const code = await runCli(args, {
    machine: { platform: 'linux', home: '/home/ann', cwd: '/nowhere', env },
    version: '1.2.3',
    out: (text) => {
      seen.out += text
    },
    err: (text) => {
      seen.err += text
    },
    serve: async ({ config }, _readAgain, notices) => {
      start(config)
      seen.notices.push(...notices)
      seen.served.push(config)
    },
    openTools: () => assert.fail('not in this command'),
  })
  return { code, ...seen }
}

test('chatterd alone serves, with flags and without', async () => {
  for (const args of [
    ['--port', '9000'],
    ['serve', '--port=9000'],
  ]) {
    const { code, served, out, err } = await run(args, { HOST: '::1' })
    assert.deepEqual([code, out, err], [0, '', ''])
    assert.deepEqual([served.length, served[0]?.port, served[0]?.host], [1, 9000, '::1'])
  }
  assert.equal((await run([])).served[0]?.port, 8080)
})

test('the server is started with a notice for each setting that has no effect, for its log', async () => {
  const { code, notices } = await run(['--database-pool', '3'])
  assert.equal(code, 0)
  assert.match(notices.join(), /^database-pool \(--database-pool\) has no effect: /)
})

test('--version prints the version and --help every setting, and no server is started', async () => {
  const version = await run(['--version'])
  assert.deepEqual([version.code, version.out, version.served], [0, '1.2.3\n', []])
  for (const args of [['--help'], ['serve', '--help'], ['config', '--help']]) {
    const { code, out, served } = await run(args)
    assert.deepEqual([code, served], [0, []])
    const flat = out.replace(/\s+/g, ' ')
    for (const [, { name, env, kind, group, about, default: usual }] of settingList) {
      assert.ok(flat.includes(`${group}:`), group)
      assert.ok(flat.includes(`--${name} <${kind.placeholder}> ${about} (${env}`), name)
      if (typeof usual === 'string') assert.ok(flat.includes(`default: ${usual})`), name)
    }
  }
})

test('help lists the commands before the settings', async () => {
  const { out } = await run(['--help'])
  const order = ['Usage:', 'Commands:', 'Options:', 'Server:', 'Data:', 'Engine:'].map((each) =>
    out.indexOf(each),
  )
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  )
  assert.ok(!order.includes(-1))
  assert.equal((await run(['help'])).out, out)
  assert.match((await run(['help', 'config'])).out, /^Usage: chatterd config/)
})

test('help explains one setting, by its name, its flag or its variable', async () => {
  const { code, out } = await run(['help', 'max-body'])
  assert.equal(code, 0)
  assert.equal(
    out,
    `max-body

Largest request body; a larger one is refused with 413.

  flag         --max-body <size>
  environment  CHATTERD_MAX_BODY
  file         max-body in chatterd.toml or chatterd.json
  default      16MiB
  value        a size such as 64KiB, 4MiB or 1GB (a bare number is bytes), 1KiB to 1GiB
  change       at SIGHUP, from the file, or at a restart
`,
  )
  assert.equal((await run(['help', '--max-body'])).out, out)
  assert.equal((await run(['help', 'CHATTERD_MAX_BODY'])).out, out)
  const wrong = await run(['help', 'max-bdy'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.err, /max-bdy: no such command or setting; did you mean max-body\?/)
})

test('whoever takes a setting for a command is shown the way to its explanation', async () => {
  const { err } = await run(['config', 'max-body'])
  assert.match(err, /max-body: no such command; chatterd help max-body explains the setting/)
})

test('all problems of the command line and the settings are reported at once, and no server is started', async () => {
  const { code, out, err, served } = await run(
    ['sevre', '--prot', '90', '--max-calls', '0', '-x', 'config'],
    {
      PORT: 'eighty',
    },
  )
  assert.deepEqual([code, out, served], [2, '', []])
  assert.equal(
    err,
    `chatterd cannot start: 5 settings are wrong.

  sevre: no such command; did you mean serve?
  -x: no such flag
  --prot: no such flag; did you mean --port?
  PORT in the environment is "eighty": expected a port, 0 to 65535 (0: any free port)
  --max-calls is "0": expected a whole number, 1 to 1000

Run chatterd --help for a list of all settings.
`,
  )
})

test('a command after flags is an error that says that it must come first', async () => {
  assert.match(
    (await run(['--port', '1', 'config'])).err,
    /config: the command must come first: chatterd config …/,
  )
})

test('a flag without its value is an error', async () => {
  const { code, err } = await run(['--port'])
  assert.equal(code, 2)
  assert.match(err, /--port <port>.*missing/)
})

test('chatterd config prints each setting and where it comes from, and no password', async () => {
  const env = { DATABASE_URL: 'postgres://ann:s3cret@db/chat', OLLAMA_BASE_URL: 'http://s3cret:s3cret@gpu' }
  const { code, out, served } = await run(['config', '--turn-timeout', '90s'], env)
  assert.deepEqual([code, served], [0, []])
  assert.match(out, /^No settings file\.\n\nServer:\n {2}host +127\.0\.0\.1 {2}\(default\)\n/)
  assert.match(out, /\n {2}turn-timeout +90s {2}\(--turn-timeout\)\n/)
  assert.match(
    out,
    /\n {2}database-url +postgres:\/\/ann:\*\*\*@db\/chat {2}\(DATABASE_URL in the environment\)\n/,
  )
  assert.doesNotMatch(out, /s3cret/)
  for (const [, { name }] of settingList) assert.ok(out.includes(`\n  ${name} `), name)
})

test('a failed start is reported with its message, and a bug with its stack', async () => {
  const fails = (error: Error) => () => {
    throw error
  }
  const taken = Object.assign(new Error('listen'), { code: 'EADDRINUSE', address: '127.0.0.1', port: 8080 })
  const { code, err } = await run([], {}, fails(taken))
  assert.equal(code, 1)
  assert.match(err, /^chatterd cannot start: port 8080 on 127\.0\.0\.1 is in use: .*--port.*\n$/)
  const denied = Object.assign(new Error('listen EACCES'), {
    ...{ code: 'EACCES', syscall: 'listen', address: '0.0.0.0', port: 443 },
  })
  assert.match(
    (await run([], {}, fails(denied))).err,
    /may not listen on port 443: choose a port from 1024 on with --port.*setcap cap_net_bind_service=\+ep \S+\)\n$/,
  )
  const held = Object.assign(new Error('process 7 holds it'), { code: 'database-unavailable' })
  assert.equal((await run([], {}, fails(held))).err, 'chatterd cannot start: process 7 holds it\n')
  assert.match(
    (await run([], {}, fails(new TypeError('x is undefined')))).err,
    /TypeError: x is undefined\n +at /,
  )
})
