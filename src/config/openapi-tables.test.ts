import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { loadTables } from '../../test/support/settings/load-tables.ts'

/** The OpenAPI documents of a settings file, and what is wrong with it. */
function load(t: TestContext, text: string, env: Record<string, string> = {}) {
  const { cwd, tools, problems } = loadTables(t, text, { env })
  const where = / of \[tools\.openapi\.x\] in \S+chatterd\.toml/
  return { cwd, openapi: tools.openapi, problems: problems.map((each) => each.replace(where, '')) }
}

test('a table of an OpenAPI document is read, with a file beside the settings or a URL', (t) => {
  const text = `
[tools.openapi.petstore]
document = "petstore.yaml"
server = "https://petstore.example.com/\${TENANT}"
operations = ["getPetById", "tag:store"]
headers = { Authorization = "Bearer \${TOKEN}" }
prefix = "pets_"
timeout = "5s"
[tools.openapi.other]
document = "https://\${HOST}/openapi.json?key=\${KEY}"
`
  const env = { TENANT: 'tenant-1', TOKEN: 't0ken', HOST: 'other.example', KEY: 'k3y' }
  const { cwd, openapi, problems } = load(t, text, env)
  assert.deepEqual(problems, [])
  assert.deepEqual(openapi, [
    {
      name: 'petstore',
      isUrl: false,
      document: join(cwd, 'petstore.yaml'),
      server: 'https://petstore.example.com/tenant-1',
      operations: ['getPetById', 'tag:store'],
      headers: { Authorization: 'Bearer t0ken' },
      prefix: 'pets_',
      timeoutMs: 5_000,
      secrets: ['t0ken', 'tenant-1'],
    },
    {
      name: 'other',
      isUrl: true,
      document: 'https://other.example/openapi.json?key=k3y',
      headers: {},
      prefix: '',
      secrets: ['k3y'],
    },
  ])
})

test('what a table of an OpenAPI document does not take is refused, with the nearest', (t) => {
  const of = (text: string) => load(t, `[tools.openapi.x]\n${text}`).problems
  const takes = 'it takes document, server, operations, headers, prefix, timeout'
  assert.deepEqual(of('document = "x.yaml"\noperation = []\nurl = "x"'), [
    `operation: ${takes}; did you mean operations?`,
    `url: ${takes}`,
  ])
  const server =
    'server: expected a URL that begins with http:// or https://, without a user name and a query'
  assert.deepEqual(
    of(
      'document = ""\nserver = "example.com"\noperations = "x"\nprefix = "a b"\ntimeout = "1"\nheaders = { Host = "x" }',
    ),
    [
      'document: expected a path, or a URL that begins with http:// or https://',
      server,
      'operations: expected a list of operation ids and of tags such as "tag:store", in which * stands for any text',
      'prefix: expected at most 32 letters, digits, "_" and "-"',
      'headers.Host: this header cannot be set: it belongs to the connection',
    ],
  )
  for (const url of ['https://a:b@c/', 'https://a/?b', 'https://a/#b', 'file:///x'])
    assert.deepEqual(of(`document = "x"\nserver = "${url}"`), [server], url)
  for (const url of ['https://a:b@c/', 'ftp://a/'])
    assert.deepEqual(
      of(`document = "${url}"`),
      ['document: expected a path, or a URL that begins with http:// or https://'],
      url,
    )
})
