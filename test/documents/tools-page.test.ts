import assert from 'node:assert/strict'
import { appendFile, mkdir, mkdtemp, readFile, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../src/config/load-config.ts'
import { openTools } from '../../src/try-tools.ts'
import { packagedServer } from '../support/mcp/opened-server.ts'
import { serveAnswers } from '../support/mcp/remote-server.ts'
import { serve } from '../support/stand-ins/local-server.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = await readFile(join(root, 'docs', 'tools.md'), 'utf8')

/** Files that a page shows: blocks of code whose first line is a comment with the path. */
function filesOf(text: string): [string, string][] {
  const blocks = text.matchAll(/^```(?:ts|js|toml|yaml)\n(?:\/\/|#) ([\w./-]+)\n([\s\S]*?)^```$/gm)
  return [...blocks].map(([, path = '', source = '']) => [path, source.trim()])
}

/** The tools of a folder with these files. */
async function openFolder(t: TestContext, files: [string, string][]) {
  const cwd = await realpath(await mkdtemp(join(tmpdir(), 'chatterd-page-')))
  // For the library that an example uses.
  await symlink(join(root, 'node_modules'), join(cwd, 'node_modules'))
  for (const [path, source] of files) {
    await mkdir(dirname(join(cwd, path)), { recursive: true })
    // The page shows the settings file in parts.
    await appendFile(join(cwd, path), `${source}\n`)
  }
  const env = { QUOTES_KEY: 'key-of-quotes', SEARCH_KEY: 'key-of-search' }
  const tools = await openTools(loadConfig({ platform: process.platform, home: cwd, cwd, env }))
  t.after(async () => {
    await tools.close()
    await rm(cwd, { recursive: true })
  })
  return tools
}

test('the examples of docs/tools.md do what the page says', async (t) => {
  const files = filesOf(page).filter(([path]) => path.startsWith('tools/'))
  const tools = await openFolder(t, files)
  assert.deepEqual(
    tools.list().map(({ name, source }) => `${name} ${source}`),
    [
      'days_until file:days-until.ts',
      'flip_coin file:dice.js',
      'get_time file:get-time.ts',
      'get_weather builtin',
      'roll_dice file:dice.js',
    ],
  )
  assert.deepEqual(tools.check().problems, [])
  const outputOf = async (name: string, args: object) => (await tools.call(name, JSON.stringify(args))).output
  assert.match(await outputOf('get_time', { zone: 'Europe/Paris' }), /^\d+\/\d+\/\d{4}, \d+:\d\d:\d\d [AP]M$/)
  assert.equal(
    await outputOf('get_time', { zone: 'Mars' }),
    'get_time failed: Invalid time zone specified: Mars',
  )
  assert.match(await outputOf('roll_dice', {}), /^[1-6]$/)
  assert.match(await outputOf('flip_coin', {}), /^(heads|tails)$/)
  assert.match(await outputOf('days_until', { date: '2020-01-31' }), /^-\d+$/)
  assert.match(
    await outputOf('days_until', { date: 'soon' }),
    /^days_until failed: wrong arguments: "date": /,
  )
})

test('the settings file of docs/tools.md is accepted, and does what it says', async (t) => {
  // Those of MCP servers would be fetched.
  const files = filesOf(page)
    .filter(([, source]) => !source.startsWith('[mcpServers.'))
    .map(([path, source]): [string, string] => [path.replace(/^tools\//, 'my-tools/'), source])
  const tools = await openFolder(t, files)
  assert.ok(tools.list().some(({ name }) => name === 'get_time'))
  assert.ok(!tools.list().some(({ name }) => name === 'get_weather'))
  for (const each of ['get_forecast', 'search_places'])
    assert.ok(tools.list().some(({ name, source }) => name === each && source === 'builtin'))
  assert.ok(tools.list().some(({ name, source }) => name === 'disk_free' && source === 'command'))
  assert.deepEqual(tools.check().problems, [])
  const outputOf = async (path: string) => (await tools.call('disk_free', JSON.stringify({ path }))).output
  assert.match(await outputOf('/'), /%.*\n.*\d%/)
  assert.match(await outputOf('/no such folder'), /^disk_free failed: exit code 1: df: .*no such folder/)
  assert.equal(await outputOf('--help'), 'disk_free failed: "path" must not begin with "-"')
})

test('the example of a web service in docs/tools.md asks it as the page says', async (t) => {
  const requests: string[] = []
  const web = await serve((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization}`)
    const isKnown = request.url?.startsWith('/v1/ACME')
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' })
    response.end(isKnown ? '{"price": 12.50}' : '{"error": "no such symbol"}')
  })
  t.after(() => web.close())
  const files = filesOf(page)
    .filter(([, source]) => source.startsWith('[tools.http.'))
    .map(([path, source]): [string, string] => [path, source.replace('https://quotes.example.com', web.url)])
  const tools = await openFolder(t, files)
  assert.deepEqual(tools.check().advice, [])
  const outputOf = async (args: object) => (await tools.call('get_quote', JSON.stringify(args))).output
  assert.equal(await outputOf({ symbol: 'ACME', currency: 'EUR' }), '12.50')
  assert.equal(
    await outputOf({ symbol: '../x' }),
    'get_quote failed: status 404 Not Found: {"error": "no such symbol"}',
  )
  assert.deepEqual(requests, [
    'GET /v1/ACME?currency=EUR Bearer key-of-quotes',
    'GET /v1/..%2Fx Bearer key-of-quotes',
  ])
})

test('the example of an OpenAPI document in docs/tools.md has the tools that the page says', async (t) => {
  const requests: string[] = []
  const web = await serve(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    requests.push(`${request.method} ${request.url} ${body}`.trim())
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"name": "Rex"}')
  })
  t.after(() => web.close())
  const files = filesOf(page)
    .filter(([path, source]) => path === 'petstore.yaml' || source.startsWith('[tools.openapi.'))
    .map(([path, source]): [string, string] => [
      path,
      source.replace('https://petstore.example.com', web.url),
    ])
  const tools = await openFolder(t, files)
  assert.deepEqual(
    tools.list().map(({ name, source }) => `${name} ${source}`),
    ['getPetById openapi:petstore', 'get_weather builtin', 'placeOrder openapi:petstore'],
  )
  assert.deepEqual([tools.check().problems, tools.check().advice], [[], []])
  assert.equal((await tools.call('getPetById', '{"id": 7}')).output, '{"name": "Rex"}')
  await tools.call('placeOrder', '{"pet": 7, "gift": null}')
  assert.deepEqual(requests, ['GET /pets/7', 'POST /orders {"pet":7,"gift":null}'])
})

test('the example of MCP servers in docs/tools.md has the tools that the page says', async (t) => {
  const keys = new Set<unknown>()
  const elsewhere = await serveAnswers(t, {}, ({ headers }) => keys.add(headers.authorization))
  const own = `command = "node"\nargs = ["${packagedServer('server-filesystem')}", "."]`
  const files = filesOf(page)
    .filter(([, source]) => source.startsWith('[mcpServers.'))
    .map(([path, source]): [string, string] => [
      path,
      source
        .replace('command = "npx"\nargs = ["-y", "@modelcontextprotocol/server-filesystem", "."]', own)
        .replace('https://mcp.example.com', elsewhere.url),
    ])
  const tools = await openFolder(t, files)
  const sourceOf = (source: string) =>
    tools.list().flatMap((tool) => (tool.source === source ? tool.name : []))
  assert.deepEqual(sourceOf('mcp:search'), ['one'])
  assert.ok(keys.has('Bearer key-of-search'))
  const names = sourceOf('mcp:files')
  assert.ok(names.includes('files_list_directory'))
  assert.ok(names.every((name) => /^files_(read_|list_directory$)/.test(name)))
  const { output } = await tools.call('files_list_directory', '{"path": "."}')
  assert.match(output, /\[FILE\] chatterd\.toml/)
})

test('the example in the README and the one in the folder of examples are that of docs/tools.md', async () => {
  const [[path, source] = ['', '']] = filesOf(page)
  const readme = filesOf(await readFile(join(root, 'README.md'), 'utf8')).find(([each]) => each === path)
  assert.deepEqual(readme, [path, source])
  assert.equal((await readFile(join(root, 'examples', path), 'utf8')).trim(), source)
})
