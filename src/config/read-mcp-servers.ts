import { existsSync } from 'node:fs'
import type { JsonObject } from '../protocol/json.ts'
import type { McpServer } from '../protocol/tool-settings/mcp-server.ts'
import { readNamedFile } from './config-file.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import { insertVariables } from './insert-variables.ts'
import { path } from './kinds.ts'
import { type MemberCheck, memberProblems, readNamedTables, type TableReading } from './named-tables.ts'
import { inheritedFrom, isTexts, isVariables } from './program-members.ts'
import { readHeaders } from './read-headers.ts'
import { readTimeout, timeoutCheck } from './tool-members.ts'

/**
 * Members that other programs write: what they need not ask about, and what they show. Here, calls that a person has to approve are named
 * by `ask` of [tools].
 */
const foreign = ['alwaysAllow', 'autoApprove', 'trust', 'description', 'icon', 'gallery', 'version', 'dev']

const common = ['type', 'prefix', 'tools', 'timeout', 'disabled'] as const
const ofPrograms = ['command', 'args', 'env', 'cwd', ...common] as const
const ofEndpoints = ['url', 'headers', ...common] as const

type Member = (typeof ofPrograms)[number] | (typeof ofEndpoints)[number]

/** Reads the tables of MCP servers, whose variables are not replaced yet; or says what is wrong with them. Those that are disabled are left out. */
export function readMcpServers(
  value: unknown,
  { file, machine }: { file: string; machine: Machine },
): { tables: McpServer[]; problems: string[] } {
  return readNamedTables<McpServer>(value, { kind: 'mcpServers', file, isTop: true }, (name, table) => {
    if (table.disabled === true) return { problems: [] }
    const isForeign = ([member]: [string, unknown]) => foreign.includes(member)
    const members = Object.entries(table)
    const unused = members.filter(isForeign).map(([member]) => member)
    const written: JsonObject = Object.fromEntries(members.filter((member) => !isForeign(member)))
    const { table: read, problems } =
      written.url === undefined
        ? readProgram(name, written, { file, machine })
        : readEndpoint(name, written, machine)
    return { ...(read && { table: { ...read, unused } }), problems }
  })
}

/** Reads the servers of a file that another program owns; those of the settings file are `own`. */
export function readMcpConfig(
  path: string,
  { machine, own }: { machine: Machine; own: readonly McpServer[] },
): { tables: McpServer[]; problems: string[] } {
  const { settings, problems } = readNamedFile(path, 'mcp-config', { comments: true })
  const { mcpServers = settings.servers } = settings
  if (problems.length > 0) return { tables: [], problems }
  if (mcpServers === undefined)
    return { tables: [], problems: [`mcp-config: ${path} has no member mcpServers, and no member servers`] }
  const read = readMcpServers(mcpServers, { file: path, machine })
  const twice = read.tables.filter(({ name }) => own.some((table) => table.name === name))
  const taken = twice.map(({ name }) => `[mcpServers.${name}] is in ${path}, and in the settings file`)
  return { tables: read.tables, problems: [...read.problems, ...taken] }
}

function readProgram(
  name: string,
  written: JsonObject,
  { file, machine }: { file: string; machine: Machine },
): TableReading<McpServer> {
  const { value: table, missing, inserted } = insertVariables(written, machine.env)
  const { type = 'stdio', command, args = [], env = {}, cwd = '.' } = table
  const problems = [
    ...memberProblems<Member>(table, ofPrograms, [
      ['type', type === 'stdio', '"stdio", or a url'],
      ['command', isTexts([command]) && command !== '', 'a program, or a url'],
      ['args', isTexts(args), 'a list of texts'],
      ['env', isVariables(env), 'texts by the names of variables'],
      ['cwd', isTexts([cwd]) && cwd !== '', 'a path'],
      ...commonChecks(table),
    ]),
    ...missingProblems(missing),
  ]
  if (problems.length > 0) return { problems }
  const paths = pathsOf(machine)
  const base = paths.dirname(file)
  const own = isVariables(env) ? env : {}
  return {
    table: {
      ...{ name, type: 'stdio', program: String(command), args: isTexts(args) ? args : [] },
      env: { ...inheritedFrom(machine), ...own },
      cwd: path.parse(String(cwd), { base, home: machine.home, paths }) ?? base,
      ...commonMembers(table),
      secrets: secretsOf(own, inserted),
    },
    problems: [],
  }
}

const secretName = /key|token|secret|pass|auth|cred/i

/** What came from the environment, but for paths of this machine, which tools need; and variables whose names say that they are secrets. */
function secretsOf(env: Readonly<Record<string, string>>, inserted: readonly string[]): string[] {
  const named = Object.entries(env).filter(([name]) => secretName.test(name))
  return [...new Set([...named.map(([, value]) => value), ...inserted.filter((value) => !existsSync(value))])]
}

function readEndpoint(name: string, written: JsonObject, { env }: Machine): TableReading<McpServer> {
  const { value: table, missing } = insertVariables(written, env)
  const headers = readHeaders(written.headers, env)
  const { inserted } = insertVariables({ url: written.url ?? '' }, env)
  const type = endpointType(table.type)
  const url = typeof table.url === 'string' && /^https?:\/\//i.test(table.url) ? URL.parse(table.url) : null
  const problems = [
    ...memberProblems<Member>(table, ofEndpoints, [
      ['type', type !== undefined, '"http" or "sse"'],
      [
        'url',
        url !== null && url.username === '' && url.password === '' && url.hash === '',
        'a URL that begins with http:// or https://, without a user name',
      ],
      ...commonChecks(table),
    ]),
    ...headers.problems,
    ...missingProblems(missing),
  ]
  if (problems.length > 0 || !type || !url) return { problems }
  return {
    table: {
      ...{ name, type, url: url.href, headers: headers.headers },
      ...commonMembers(table),
      secrets: [...headers.secrets, ...inserted.filter((secret) => !url.host.includes(secret))],
    },
    problems: [],
  }
}

/** Other programs write the name of Streamable HTTP in several ways. */
function endpointType(type: unknown = 'http'): 'http' | 'sse' | undefined {
  if (type === 'sse') return 'sse'
  return type === 'http' || type === 'streamable-http' || type === 'streamableHttp' ? 'http' : undefined
}

function commonChecks(table: Record<string, unknown>): MemberCheck<Member>[] {
  const { prefix = '', tools = [], disabled = false } = table
  return [
    [
      'prefix',
      typeof prefix === 'string' && /^[\w-]{0,32}$/.test(prefix),
      'at most 32 letters, digits, "_" and "-"',
    ],
    ['tools', isTexts(tools), 'a list of names, in which * stands for any text'],
    timeoutCheck(table),
    ['disabled', typeof disabled === 'boolean', 'true or false'],
  ]
}

function commonMembers(table: Record<string, unknown>) {
  const { prefix, tools } = table
  return {
    prefix: typeof prefix === 'string' ? prefix : '',
    ...(isTexts(tools) && { tools }),
    ...readTimeout(table),
  }
}

function missingProblems(missing: readonly { at: string; name: string }[]) {
  return missing.map(({ at, name }) => ({
    member: at,
    text: `there is no variable ${name} in the environment`,
  }))
}
