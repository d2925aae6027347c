import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import type { JsonObject, TurnRequest } from '../../client/types.ts'
import { requestCode, shellQuote } from './request-code.ts'

const origin = 'http://127.0.0.1:8080'
const request = (body: JsonObject, name = 'home'): TurnRequest => ({
  method: 'POST',
  url: `/chatterd/v1/conversations/${encodeURIComponent(name)}/turns`,
  headers: { Accept: 'text/event-stream', 'Idempotency-Key': 'k' },
  body,
})
const awkward = `it's "$HOME" \`id\` $(id) \\ ! %s \u202E\u0000 é 👍 \n end`

test('a word for the shell is read by it as it was', () => {
  for (const text of ['plain', "it's", '', '$HOME `id` $(id)', '\\', '"', "'''", '*', 'a\nb', '-n', 'é👍'])
    assert.equal(execFileSync('sh', ['-c', `printf %s ${shellQuote(text)}`], { encoding: 'utf8' }), text)
})

test('the command sends the same request, whatever is in it', () => {
  const { curl } = requestCode(request({ input: awkward }, "a'b c/ü"), origin)
  const script = `curl() { for one in "$@"; do printf '%s\\0' "$one"; done; }; ${curl}`
  const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0')
  assert.deepEqual(words.slice(0, -1), [
    ...[
      '-N',
      `${origin}/chatterd/v1/conversations/a'b%20c%2F%C3%BC/turns`,
      '-H',
      'Accept: text/event-stream',
      '--data-raw',
    ],
    words.at(-2),
  ])
  assert.deepEqual(JSON.parse(words.at(-2) ?? ''), { input: awkward })
})

test('nothing in the code is hidden from who copies it', () => {
  const code = requestCode(request({ input: 'a\u202Eb\u200B\u{E0041}' }), origin)
  for (const text of Object.values(code)) assert.doesNotMatch(text, /[\u202E\u200B\u{E0041}]/u)
})

test('the program with fetch sends the same request', async () => {
  const { fetch: code } = requestCode(request({ input: awkward, options: { temperature: 0.2 } }), origin)
  const sent: unknown[] = []
  const stub = async (url: string, options: { method: string; headers: object; body: string }) => {
    sent.push(url, options.method, options.headers, JSON.parse(options.body))
    return { body: { pipeThrough: () => [] } }
  }
  const run = new Function('fetch', 'TextDecoderStream', `return (async () => { ${code} })()`)
  await run(stub, class {})
  assert.deepEqual(sent, [
    `${origin}/chatterd/v1/conversations/home/turns`,
    'POST',
    { Accept: 'text/event-stream' },
    { input: awkward, options: { temperature: 0.2 } },
  ])
})

test('the program with the SDK sends the same prompt with the same options and tools', async () => {
  const tool = { name: 'get_location', description: 'Where', parameters: { type: 'object', properties: {} } }
  const { sdk } = requestCode(
    request({ input: awkward, tools: [tool], model: 'm', queueEvents: true }, 'my home'),
    origin,
  )
  const sent: unknown[] = []
  const createClient = (options: unknown) => ({
    conversation: (name: string) => ({
      send: (input: unknown, { tools, ...rest }: { tools: { run: unknown }[] }) => {
        sent.push(
          options,
          name,
          input,
          rest,
          tools.map(({ run, ...one }) => ({ ...one, runs: typeof run })),
        )
        return []
      },
    }),
  })
  const [, ...lines] = sdk.split('\n')
  const run = new Function(
    'createClient',
    'defineDeviceTool',
    `return (async () => { ${lines.join('\n')} })()`,
  )
  await run(createClient, (one: unknown) => one)
  assert.deepEqual(sent, [
    { baseUrl: origin },
    'my home',
    awkward,
    { model: 'm' },
    [{ ...tool, runs: 'function' }],
  ])
})

test('a turn that is followed is code, too', () => {
  const code = requestCode(
    {
      method: 'GET',
      url: 'https://x.example/base/chatterd/v1/turns/0194/events',
      headers: { Accept: 'text/event-stream' },
    },
    origin,
  )
  assert.equal(
    code.curl,
    "curl -N https://x.example/base/chatterd/v1/turns/0194/events \\\n  -H 'Accept: text/event-stream'",
  )
  assert.match(code.sdk, /createClient\(\{ baseUrl: "https:\/\/x\.example\/base" \}\)\.turn\("0194"\)/)
  assert.doesNotMatch(code.fetch, /method|body:/)
})
