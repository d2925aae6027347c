import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { ConfigError } from './config-error.ts'
import { type ConfigSources, loadConfig, readSettings } from './load-config.ts'
import { settingList } from './settings.ts'

describe('settings', () => {
  let cwd = ''
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'chatterd-config-'))
  })
  afterEach(() => rmSync(cwd, { recursive: true }))

  function sources(given: Partial<ConfigSources> = {}): ConfigSources {
    return { env: {}, cwd, platform: 'linux', home: '/home/ann', ...given }
  }

  function write(name: string, text: string): string {
    const file = join(cwd, name)
    writeFileSync(file, text)
    return file
  }

  function problems(given: Partial<ConfigSources>): readonly string[] {
    try {
      loadConfig(sources(given))
    } catch (error) {
      if (error instanceof ConfigError) return error.problems
      throw error
    }
    return assert.fail('these settings are accepted')
  }

  test('without any settings the defaults apply', () => {
    const config = loadConfig(sources())
    assert.equal(config.host, '127.0.0.1')
    assert.equal(config.port, 8080)
    assert.equal(config.dataDir, '/home/ann/.local/share/chatterd')
    assert.equal(config.databaseUrl, undefined)
    assert.equal(config.ollamaBaseUrl, 'http://127.0.0.1:11434')
    assert.equal(config.databaseTimeoutMs, 1500)
    assert.equal(config.turnTimeoutMs, 1_200_000)
    assert.equal(config.maxBodyBytes, 16_777_216)
    assert.equal(config.engine, 'auto')
  })

  test('the files that settings depend on are the one that was read, or those that would be', () => {
    const [toml, json] = [join(cwd, 'chatterd.toml'), join(cwd, 'chatterd.json')]
    assert.deepEqual(readSettings(sources()).files, [toml, json])
    write('own.toml', '')
    const others = write('mcp.json', '{"mcpServers": {}}')
    const flags = { config: 'own.toml', 'mcp-config': 'mcp.json' }
    assert.deepEqual(readSettings(sources({ flags })).files, [join(cwd, 'own.toml'), others])
    write('chatterd.json', '{}')
    assert.deepEqual(readSettings(sources()).files, [json])
  })

  test('every default is accepted by its own setting', () => {
    const { config, origins } = readSettings(sources())
    for (const [key, setting] of settingList) {
      assert.equal(config[key] === undefined, setting.default === null, key)
      assert.equal(origins.get(key)?.from, 'default')
    }
  })

  test('no two settings share a flag or a variable, and each variable is named like its flag', () => {
    const variables = settingList.flatMap(([, { env, fallbackEnvs = [] }]) => [env, ...fallbackEnvs])
    assert.equal(new Set(variables).size, variables.length)
    assert.equal(new Set(settingList.map(([, { name }]) => name)).size, settingList.length)
    for (const [, { name, env }] of settingList) {
      assert.equal(env.replace(/^CHATTERD_/, ''), name.toUpperCase().replaceAll('-', '_'))
    }
  })

  test('the names of durations end in Ms, those of sizes in Bytes', () => {
    for (const [key, { kind }] of settingList) {
      assert.equal(key.endsWith('Ms'), kind.placeholder === 'duration', key)
      assert.equal(key.endsWith('Bytes'), kind.placeholder === 'size', key)
    }
  })

  test('the settings cannot be changed', () => {
    assert.throws(() => Object.assign(loadConfig(sources()), { port: 1 }), TypeError)
  })

  test('a flag overrides the environment, which overrides the file, which overrides the default', () => {
    const file = write('chatterd.toml', 'port = 1\nhost = "::1"\nmax-steps = 4\n')
    const env = { PORT: '2', HOST: '0.0.0.0' }
    const { config, origins } = readSettings(sources({ env, flags: { port: '3' } }))
    assert.deepEqual([config.port, config.host, config.maxSteps, config.maxCalls], [3, '0.0.0.0', 4, 16])
    const from = (['port', 'host', 'maxSteps', 'maxCalls'] as const).map((key) => origins.get(key)?.from)
    assert.deepEqual(from, ['--port', 'HOST in the environment', `max-steps in ${file}`, 'default'])
  })

  test('an empty variable counts as not set', () => {
    assert.equal(loadConfig(sources({ env: { PORT: '', HOST: ' ' } })).port, 8080)
  })

  test("Ollama's own variable is read only where the setting is not given", () => {
    const env = { OLLAMA_HOST: 'gpu:11434' }
    assert.equal(loadConfig(sources({ env })).ollamaBaseUrl, 'http://gpu:11434')
    assert.equal(
      loadConfig(sources({ env: { ...env, OLLAMA_BASE_URL: 'http://b/api' } })).ollamaBaseUrl,
      'http://b',
    )
    write('chatterd.toml', 'ollama-base-url = "http://c"')
    assert.equal(loadConfig(sources({ env })).ollamaBaseUrl, 'http://c')
  })

  test('settings are read from TOML and from JSON', () => {
    const toml = write('a.toml', 'port = 9000\nturn-timeout = "10m"\nbusy-wait = 5\n')
    const json = write('b.json', '\uFEFF{"port": 9000, "turn-timeout": "10m", "busy-wait": 5}')
    for (const config of [toml, 'b.json', json]) {
      const { port, turnTimeoutMs, busyWaitMs } = loadConfig(sources({ flags: { config } }))
      assert.deepEqual([port, turnTimeoutMs, busyWaitMs], [9000, 600_000, 5000])
    }
  })

  test('a setting that is a list is a list in the file, or one text anywhere', () => {
    const file = write(
      'lists.toml',
      'hosts = ["a.example.org", "b.example.org"]\norigins = "https://a.example.org"',
    )
    const config = loadConfig(sources({ flags: { config: file } }))
    assert.deepEqual(config.hosts, ['a.example.org', 'b.example.org'])
    assert.deepEqual(config.origins, ['https://a.example.org'])
    const wrong = write('wrong.toml', 'hosts = ["a b!"]\nport = ["8080"]')
    assert.match(
      problems({ flags: { config: wrong } }).join('\n'),
      /^port .*is a list.*\nhosts .*expected host names/,
    )
  })

  test('a path in the file starts at its folder, one in a flag at the working directory', () => {
    const file = write('chatterd.toml', 'data-dir = "data"')
    const elsewhere = sources({ cwd: '/', flags: { config: file } })
    assert.equal(loadConfig(elsewhere).dataDir, join(cwd, 'data'))
    assert.equal(loadConfig({ ...elsewhere, flags: { config: file, 'data-dir': 'data' } }).dataDir, '/data')
  })

  test('all problems are reported at once, each with its source, its value and what was expected', () => {
    const file = write(
      'chatterd.toml',
      'turn-timeout = "20 min"\ntrun-timeout = "1m"\nmax-tools = true\nmax_body = 1\nCHATTERD_MAX_BODY = 1\n[limits]\n',
    )
    const found = problems({
      env: { PORT: 'eighty' },
      flags: { engine: 'olama', 'max-step': '1', 'max-calls': '' },
      problems: ['sreve: no such command'],
    })
    assert.deepEqual(found, [
      'sreve: no such command',
      '--max-step: no such flag; did you mean --max-steps?',
      `trun-timeout in ${file}: no such setting; did you mean turn-timeout?`,
      `max_body in ${file}: no such setting; did you mean max-body?`,
      `CHATTERD_MAX_BODY in ${file}: no such setting; did you mean max-body?`,
      `limits in ${file}: no such table; settings are named at the top of the file, and its tables are [tools], [mcpServers]`,
      'PORT in the environment is "eighty": expected a port, 0 to 65535 (0: any free port)',
      '--engine is "olama": expected one of auto, ollama, demo',
      '--max-calls is "": expected a whole number, 1 to 1000',
      `turn-timeout in ${file} is "20 min": expected a duration such as 500ms, 15s, 10m or 1h (a bare number is seconds), 10ms to 24h`,
      `max-tools in ${file} is true: expected a whole number, 0 to 10000`,
    ])
  })

  test('names that every JavaScript object has are not settings', () => {
    const file = write('chatterd.json', '{"constructor": 1, "__proto__": 2}')
    assert.deepEqual(problems({}), [
      `constructor in ${file}: no such setting`,
      `__proto__ in ${file}: no such setting`,
    ])
  })

  test('two files in the working directory are an error, unless one is chosen', () => {
    const toml = write('chatterd.toml', 'port = 1')
    const json = write('chatterd.json', '{"port": 2}')
    assert.deepEqual(problems({}), [`${toml} and ${json} both exist: keep one, or choose one with --config`])
    assert.equal(loadConfig(sources({ flags: { config: 'chatterd.json' } })).port, 2)
  })

  test('a file that cannot be used is named, with the position of the error', () => {
    const toml = write('bad.toml', 'port = 1\nhost = = 2\n')
    const json = write('bad.json', '{"port": 1\n "host": 2}')
    const list = write('list.json', '[1]')
    const named = (config: string) => problems({ flags: { config } })
    assert.deepEqual(named('gone.toml'), [`${join(cwd, 'gone.toml')} cannot be read (ENOENT)`])
    // What never ends is not read.
    symlinkSync('/dev/zero', join(cwd, 'zero.toml'))
    assert.deepEqual(named('zero.toml'), [`${join(cwd, 'zero.toml')} is no file`])
    writeFileSync(join(cwd, 'large.toml'), 'x'.repeat(5_000_000))
    assert.deepEqual(named('large.toml'), [
      `${join(cwd, 'large.toml')} has 5000000 bytes, and may have 4194304`,
    ])
    assert.deepEqual(named('notes.txt'), [
      `--config is "${join(cwd, 'notes.txt')}": expected a file that ends in .toml or .json`,
    ])
    assert.deepEqual(named('list.json'), [`${list} must contain one JSON object`])
    assert.match(named('bad.toml').join(), new RegExp(`^${toml} is not valid TOML: line 2, column \\d+: `))
    assert.match(named('bad.json').join(), new RegExp(`^${json} is not valid JSON: line 2, column \\d+$`))
  })

  test('a password never appears in an error message or among the values that are shown', () => {
    const written = 'database-url = "mysql://ann:s3cret@db/chat"'
    write('a.toml', written)
    write('b.toml', `${written}\nport = = 1`)
    write('c.json', '{"database-url": "mysql://ann:s3cret@db/chat" oops}')
    write('d.toml', 'database-url = { url = "postgres://ann:s3cret@db" }')
    for (const config of ['a.toml', 'b.toml', 'c.json', 'd.toml']) {
      assert.doesNotMatch(problems({ flags: { config } }).join(), /s3cret/, config)
    }
    for (const text of [
      'host=db password=s3cret',
      's3cret',
      'ann:s3cret@db',
      'postgres://ann:s3/cr#s3cret@db/chat',
    ]) {
      assert.doesNotMatch(problems({ env: { DATABASE_URL: text } }).join(), /s3cret/, text)
    }
    const { config, origins } = readSettings(
      sources({ env: { DATABASE_URL: 'postgres://ann:s3cret@db/chat' } }),
    )
    assert.equal(config.databaseUrl, 'postgres://ann:s3cret@db/chat')
    assert.equal(origins.get('databaseUrl')?.shown, 'postgres://ann:***@db/chat')
  })

  test('HTTPS needs a certificate and its key, or neither', () => {
    assert.deepEqual(problems({ flags: { 'tls-cert': 'a.crt' } }), [
      'tls-cert is given (--tls-cert) and tls-key is not: HTTPS needs both',
    ])
    assert.deepEqual(problems({ env: { CHATTERD_TLS_KEY: 'a.key' } }), [
      'tls-key is given (CHATTERD_TLS_KEY in the environment) and tls-cert is not: HTTPS needs both',
    ])
    assert.equal(
      loadConfig(sources({ flags: { 'tls-cert': 'a.crt', 'tls-key': 'a.key' } })).tlsKey,
      join(cwd, 'a.key'),
    )
  })

  test('a development certificate and your own certificate exclude each other', () => {
    assert.deepEqual(problems({ flags: { tls: 'dev', 'tls-cert': 'a.crt', 'tls-key': 'a.key' } }), [
      'tls is dev (--tls) and tls-cert is given (--tls-cert): remove one, dev makes its own certificate',
    ])
  })

  test('only a development certificate takes names', () => {
    assert.deepEqual(problems({ flags: { 'tls-name': 'chat.example.org' } }), [
      'tls-name is given (--tls-name) and tls is not dev: only a development certificate takes names',
    ])
  })

  test('an unknown variable that begins like those of settings is an error that names the nearest one', () => {
    const env = { CHATTERD_PORT: '1', CHATTERD_PROT: '1', CHATTERD_MAX_BODDY: '1', CHATTERD_XYZZY: '1' }
    assert.deepEqual(problems({ env }), [
      'CHATTERD_PORT in the environment: no such setting; did you mean PORT?',
      'CHATTERD_PROT in the environment: no such setting; did you mean PORT?',
      'CHATTERD_MAX_BODDY in the environment: no such setting; did you mean CHATTERD_MAX_BODY?',
      'CHATTERD_XYZZY in the environment: no such setting',
    ])
  })

  test('what Kubernetes sets beside a service named chatterd is no setting and no error', () => {
    const env = {
      CHATTERD_SERVICE_HOST: '10.0.0.1',
      CHATTERD_SERVICE_PORT: '8080',
      CHATTERD_SERVICE_PORT_HTTP: '8080',
      CHATTERD_PORT: 'tcp://10.0.0.1:8080',
      CHATTERD_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
      CHATTERD_PORT_8080_TCP_ADDR: '10.0.0.1',
      CHATTERD_DB_PORT: 'tcp://10.0.0.2:5432',
      CHATTERD_EMPTY: '',
    }
    assert.equal(loadConfig(sources({ env })).port, 8080)
  })
})
