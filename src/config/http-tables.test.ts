import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { loadTables } from '../../test/support/settings/load-tables.ts'

/** The endpoints of a settings file, and what is wrong with it. */
function load(t: TestContext, text: string, env: Record<string, string> = {}) {
  const { cwd, tools, problems } = loadTables(t, text, { env })
  const where = / of \[tools\.http\.x\] in \S+chatterd\.toml/
  return { cwd, http: tools.http, problems: problems.map((each) => each.replace(where, '')) }
}

test('a table of an endpoint is read, with the variables of its URL and headers, which are secrets', (t) => {
  const text = `
[tools.http.get_quote]
description = "Last price"
url = "https://quotes.example.com:8443/\${VERSION}/{symbol}?key=\${KEY}&at={at}"
headers = { Authorization = "Bearer \${TOKEN}", Accept = "text/plain" }
result = "/price"
timeout = "5s"
[tools.http.get_quote.parameters]
type = "object"
properties = { symbol = { type = "string" }, at = {} }
[tools.http.least]
method = "POST"
url = "\${BASE}/x"
`
  // No argument is looked for in what the environment has.
  const env = { VERSION: '{v1}', KEY: 'a&b={at}', TOKEN: 't0ken', BASE: 'http://10.0.0.1:80' }
  const { http, problems } = load(t, text, env)
  assert.deepEqual(problems, [])
  assert.deepEqual(http, [
    {
      name: 'get_quote',
      method: 'GET',
      url: {
        host: 'quotes.example.com:8443',
        path: ['https://quotes.example.com:8443/{v1}/', { argument: 'symbol' }],
        query: [['key=a%26b%3D%7Bat%7D'], ['at=', { argument: 'at' }]],
      },
      description: 'Last price',
      headers: { Authorization: 'Bearer t0ken', Accept: 'text/plain' },
      result: '/price',
      parameters: { type: 'object', properties: { symbol: { type: 'string' }, at: {} } },
      timeoutMs: 5_000,
      secrets: ['t0ken', '{v1}', 'a&b={at}'],
    },
    {
      name: 'least',
      method: 'POST',
      url: { host: '10.0.0.1:80', path: ['http://10.0.0.1:80/x'], query: [] },
      headers: {},
      secrets: [],
    },
  ])
})

test('what a table of an endpoint does not take is refused, with the nearest, and without its values', (t) => {
  const of = (text: string, env = {}) => load(t, `[tools.http.x]\n${text}`, env).problems
  const takes = 'it takes method, url, headers, result, description, parameters, timeout, idempotent'
  assert.deepEqual(of('url = "http://a"\nheader = {}'), [`header: ${takes}; did you mean headers?`])
  assert.deepEqual(
    of(
      'description = 1\nmethod = "get"\nresult = "price"\nparameters = 1\ntimeout = "soon"\nidempotent = 1\nheaders = 1',
    ),
    [
      'method: expected one of GET, POST, PUT, PATCH, DELETE',
      'url: expected a URL',
      'result: expected a JSON Pointer, such as "/price"',
      'description: expected a text',
      'parameters: expected a JSON Schema',
      'timeout: expected a duration such as 500ms, 15s, 10m or 1h (a bare number is seconds), 10ms to 1h',
      'idempotent: expected true or false',
      'headers: expected texts by the names of headers',
    ],
  )
  const env = { SECRET: 's3cret\n' }
  assert.deepEqual(
    of(
      `url = "http://a"\nheaders = { "a b" = "x", Host = "x", content-length = "1", Key = "\${SECRET}" }`,
      env,
    ),
    [
      'headers.a b: a header cannot have this name',
      'headers.Host: this header cannot be set: it belongs to the connection',
      'headers.content-length: this header cannot be set: it belongs to the connection',
      'headers.Key: it has a character that headers cannot have',
    ],
  )
  assert.deepEqual(of(`url = "http://a/\${GONE}"`), [
    'http.x.url of [tools] in /chatterd.toml: there is no variable GONE in the environment',
  ])
})

test('a URL has its host from the settings file, and arguments that are declared', (t) => {
  const of = (url: string, others = '') =>
    load(
      t,
      `[tools.http.x]\nurl = "${url}"\n${others}\n[tools.http.x.parameters.properties]\nhost = {}\nsymbol = {}`,
    ).problems
  assert.deepEqual(of('https://a.example/{symbol}?{host}'), [])
  const expected = 'url: expected a URL that begins with http:// or https://, and a host'
  for (const url of ['', 'a.example/x', 'ftp://a.example', '{host}', '/x'])
    assert.deepEqual(of(url), [expected], url)
  for (const url of ['https://{host}/x', 'https://a.{host}', 'https://a.example:{host}/', 'https://{host}?x'])
    assert.deepEqual(of(url), ['url: {host} is in the host, which no argument can choose'], url)
  assert.deepEqual(of('https://user:pass@a.example/'), [
    'url: it has a user name or a password; put them into headers',
  ])
  for (const url of ['https:///x', 'https://a b/', 'https://a:99999/'])
    assert.deepEqual(of(url), ['url: its host cannot be read'], url)
  assert.deepEqual(of('https://a.example/#x'), ['url: it has "#", which is not sent'])
  assert.deepEqual(of('https://a.example/{symbl}?q={other}'), [
    'url: parameters has no property "symbl"; did you mean symbol? ({{symbl}} is the text {symbl})',
    'url: parameters has no property "other" ({{other}} is the text {other})',
  ])
  const doubled =
    'parameters: "symbol" is in the query of url already: put {symbol} there, or give it another name'
  assert.deepEqual(of('https://a.example/?symbol=x'), [doubled])
  assert.deepEqual(of('https://a.example/?symbol=x', 'method = "POST"'), [])
})
