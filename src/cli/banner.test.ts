import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { type BannerFacts, banner } from './banner.ts'

const facts: BannerFacts = {
  version: '1.2.3',
  urls: ['http://127.0.0.1:8080'],
  engine: { kind: 'demo', searchedUrl: 'http://127.0.0.1:11434' },
  database: { kind: 'embedded', folder: '/data/chatterd/database' },
  dataDir: '/data/chatterd',
  toolSources: [{ name: 'builtin', state: 'ready', tools: 1 }],
  hasPage: true,
}
const ollama = (models: { name: string; capabilities?: string[] }[]): BannerFacts => ({
  ...facts,
  engine: { kind: 'ollama', url: 'http://127.0.0.1:11434', models },
})

/** The arguments that a shell makes of the pasted command, without running it. */
function pasted(text: string): string[] {
  const command = text.slice(text.indexOf('curl -N'))
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)
}

test('without Ollama it says so, how to install it, and which engine runs until then', () => {
  assert.equal(
    banner(facts),
    `chatterd 1.2.3

  address   http://127.0.0.1:8080
  engine    the demo engine, a small stand-in and not a language model; its model is named demo
            No Ollama was found at http://127.0.0.1:11434.
            For a language model, install Ollama from https://ollama.com/download, then run: ollama pull qwen3:0.6b
            The server switches to Ollama as soon as it runs.
  database  embedded, in /data/chatterd/database
  data      /data/chatterd
  tools     builtin (1)

Try it in a browser: http://127.0.0.1:8080

Or in a terminal:

  curl -N http://127.0.0.1:8080/llmtools \\
    -H 'Content-Type: application/json' \\
    -d '{"appID":"try","model":"demo","stream":true,"messages":[{"role":"user","content":"What is the weather at my location?"}],"tools":[{"type":"function","function":{"name":"get_location","description":"Get current location","parameters":{"type":"object","properties":{},"required":[]}}}]}'

`,
  )
})

test('without the web page, only the terminal is named', () => {
  const text = banner({ ...facts, hasPage: false })
  assert.doesNotMatch(text, /browser/)
  assert.match(text, /Try it:\n\n {2}curl/)
})

test('where the settings ask for the demo engine, Ollama is not mentioned', () => {
  const text = banner({ ...facts, engine: { kind: 'demo', searchedUrl: null } })
  assert.match(text, /engine {4}the demo engine/)
  assert.doesNotMatch(text, /ollama/i)
})

test('where the settings ask for Ollama and it does not respond, it says so', () => {
  const text = banner({ ...facts, engine: { kind: 'unreachable', url: 'http://gpu:11434' } })
  assert.match(text, /Ollama does not respond at http:\/\/gpu:11434: prompts fail until it does/)
  assert.match(text, /"model":"qwen3:0.6b"/)
})

test('models that can call tools come first and are marked, and the command uses one of them', () => {
  const text = banner(
    ollama([
      { name: 'embed', capabilities: ['embedding'] },
      { name: 'llama', capabilities: ['completion', 'tools'] },
      { name: 'old' },
    ]),
  )
  assert.match(text, /models {4}llama \(tools\), embed, old\n/)
  assert.match(text, /"model":"llama"/)
})

test('where no model is known to call tools it says how to get one, and the command uses one that can chat', () => {
  const models = [
    { name: 'embed', capabilities: ['embedding'] },
    { name: 'gemma', capabilities: ['completion'] },
  ]
  const text = banner(ollama(models))
  assert.match(text, /None of them is known to call tools\. For one that does, run: ollama pull qwen3:0\.6b/)
  assert.match(text, /"model":"gemma"/)
  assert.match(banner(ollama([])), /models {4}none yet; run: ollama pull/)
})

test('at most ten models are listed', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ name: `m${index}.` }))
  assert.match(banner(ollama(many(13))), /m9\., and 3 more\n/)
  assert.match(banner(ollama(many(10))), /m9\.\n/)
})

test('passwords are hidden, and names from the engine cannot control the terminal', () => {
  const text = banner({
    ...ollama([{ name: 'a\u001b[2Jb\u009bc\nd' }]),
    database: {
      kind: 'postgresql',
      url: 'postgres://ann:s3cret@db/chat',
      problem: 'role "ann" does not exist',
    },
  })
  assert.match(
    text,
    /PostgreSQL, postgres:\/\/ann:\*\*\*@db\/chat\n +It is not ready: role "ann" does not exist\n/,
  )
  assert.doesNotMatch(text, /s3cret/)
  for (const kind of ['ollama', 'unreachable'] as const)
    assert.doesNotMatch(
      banner({ ...ollama([]), engine: { kind, url: 'http://s3cret:s3cret@gpu', models: [] } }),
      /s3cret/,
    )
  assert.match(text, /models {4}a\[2Jbcd\n/)
})

test('the command can be pasted, with any characters in its arguments', () => {
  const installFile = "/home/o'hara/My Data/tls/chatterd-ca.crt"
  const args = pasted(
    banner({
      ...ollama([{ name: "it's" }]),
      urls: ['https://[::1]:8443', 'x'],
      authority: { file: installFile },
    }),
  )
  const data = args.pop() ?? ''
  assert.deepEqual(args, [
    '-N',
    '--cacert',
    installFile,
    'https://[::1]:8443/llmtools',
    '-H',
    'Content-Type: application/json',
    '-d',
  ])
  const body = JSON.parse(data)
  assert.equal(body.model, "it's")
  assert.equal(body.tools[0].function.name, 'get_location')
})

test('with a development certificate it names the file to install on a phone, and shows where a phone can load it', () => {
  const file = '/data/tls/ca.crt'
  assert.match(
    banner({ ...facts, authority: { file } }),
    /phones {4}install and trust \/data\/tls\/ca\.crt\n\nTry it/,
  )
  const url = 'https://192.168.1.5:8080/chatterd-ca.crt'
  assert.match(
    banner({ ...facts, authority: { file, url, qrCode: ['██', '▀▀'] } }),
    /ca\.crt\n {12}The phone can load it from https:\/\/192.168.1.5:8080\/chatterd-ca\.crt\n\n {2}██\n {2}▀▀\n\nTry it/,
  )
})

test('the sources of tools are named with how many each has brought, and those that are down with the reason', () => {
  const text = banner({
    ...facts,
    toolSources: [
      { name: 'builtin', state: 'ready', tools: 1 },
      { name: 'file:get-time.ts', state: 'ready', tools: 2 },
      { name: 'file:part.ts', state: 'ready', tools: 0 },
      { name: 'file:broken.ts', state: 'down', reason: 'broken.ts:3: no', tools: 0 },
      { name: 'file:slow.ts', state: 'starting', tools: 0 },
    ],
  })
  assert.match(
    text,
    / {2}tools {5}builtin \(1\), file:get-time\.ts \(2\)\n {12}file:broken\.ts is down: broken\.ts:3: no\n {12}file:slow\.ts is not there yet/,
  )
})
