import type { Json, JsonObject, TurnRequest } from '../../client/types.ts'

/**
 * The request as a command and as programs. `origin` is that of the page, for paths. The idempotency key is left out: with it, the same
 * turn would come again in place of a new one.
 */
export interface RequestCode {
  curl: string
  fetch: string
  sdk: string
}

export function requestCode(request: TurnRequest, origin: string): RequestCode {
  const url = new URL(request.url, origin)
  const headers = Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'idempotency-key')
  const body = request.body && withoutMember(request.body, 'queueEvents')
  return {
    curl: curlOf(url, headers, body),
    fetch: fetchOf(url, headers, request.method, body),
    sdk: sdkOf(url, body),
  }
}

function curlOf(url: URL, headers: [string, string][], body: JsonObject | undefined): string {
  const lines = [`curl -N ${shellQuote(url.href)}`]
  for (const [name, value] of headers) lines.push(`-H ${shellQuote(`${name}: ${value}`)}`)
  if (body) lines.push(`--data-raw ${shellQuote(plainJson(body))}`)
  return lines.join(' \\\n  ')
}

function fetchOf(
  url: URL,
  headers: [string, string][],
  method: string,
  body: JsonObject | undefined,
): string {
  const options = [
    ...(method === 'GET' ? [] : [`  method: ${scriptText(method)},`]),
    `  headers: ${plainJson(Object.fromEntries(headers))},`,
    ...(body ? [`  body: JSON.stringify(${indent(plainJson(body, 2), '  ')}),`] : []),
  ]
  return [
    `const response = await fetch(${scriptText(url.href)}, {`,
    ...options,
    '})',
    'for await (const text of response.body.pipeThrough(new TextDecoderStream())) console.log(text)',
  ].join('\n')
}

function sdkOf(url: URL, body: JsonObject | undefined): string {
  const path = /^(.*)\/chatterd\/v1\/(?:conversations\/([^/]+)\/turns|turns\/([^/]+)\/events)$/.exec(
    url.pathname,
  )
  const client = `createClient({ baseUrl: ${scriptText(url.origin + (path?.[1] ?? ''))} })`
  const [conversation, turn] = [path?.[2], path?.[3]].map((part) => scriptText(decoded(part ?? '')))
  const call = body
    ? `${client}\n  .conversation(${conversation})\n  .send(${sendArguments(body)})`
    : `${client}.turn(${turn})`
  const tools = Array.isArray(body?.tools) && body.tools.length > 0
  return [
    `import { ${tools ? 'createClient, defineDeviceTool' : 'createClient'} } from 'chatterd/client'`,
    '',
    `const turn = ${call}`,
    'for await (const event of turn) console.log(event)',
  ].join('\n')
}

function sendArguments({ input = '', tools, ...options }: JsonObject): string {
  const members = Object.entries(options).map(
    ([name, value]) => `    ${memberName(name)}: ${indent(plainJson(value, 2), '    ')},`,
  )
  if (Array.isArray(tools)) members.unshift(...toolLines(tools))
  const prompt = indent(plainJson(input, 2), '  ')
  return members.length === 0 ? prompt : `${prompt}, {\n${members.join('\n')}\n  }`
}

function toolLines(tools: Json[]): string[] {
  if (tools.length === 0) return ['    tools: [],']
  const written = tools.map((tool) => {
    const text = indent(plainJson(tool, 2), '      ').replace(/\n {6}\}$/, '')
    return `      defineDeviceTool(${text},\n        run: async (args, { signal }) => 'what the model reads',\n      }),`
  })
  return ['    tools: [', ...written, '    ],']
}

/** A word of a POSIX shell. Other shells than that of Windows read it in the same way. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** JSON in which every character can be seen: what is copied is what was shown. */
function plainJson(value: Json, space?: number): string {
  return JSON.stringify(value, null, space).replace(
    /(?![\n ])[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Zs}\p{Default_Ignorable_Code_Point}]/gu,
    (character) =>
      Array.from(
        { length: character.length },
        (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
      ).join(''),
  )
}

function scriptText(text: string): string {
  return plainJson(text)
}

function memberName(name: string): string {
  return /^[a-z]\w*$/i.test(name) ? name : scriptText(name)
}

function indent(text: string, by: string): string {
  return text.replaceAll('\n', `\n${by}`)
}

function withoutMember(body: JsonObject, left: string): JsonObject {
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== left))
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
