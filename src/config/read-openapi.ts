import type { Json } from '../protocol/json.ts'
import type { OpenApiSource } from '../protocol/tool-settings/open-api-source.ts'
import { type Machine, pathsOf } from './data-folder.ts'
import { insertVariables } from './insert-variables.ts'
import { path } from './kinds.ts'
import { isNames, type MemberCheck, memberProblems, readNamedTables } from './named-tables.ts'
import { readHeaders } from './read-headers.ts'
import { readTimeout, timeoutCheck } from './tool-members.ts'

const members = ['document', 'server', 'operations', 'headers', 'prefix', 'timeout'] as const

/** Reads the tables of OpenAPI documents, whose variables are not replaced yet; or says what is wrong with them. */
export function readOpenApi(
  value: unknown,
  { file, machine }: { file: string; machine: Machine },
): { tables: OpenApiSource[]; problems: string[] } {
  const paths = pathsOf(machine)
  const context = { base: paths.dirname(file), home: machine.home, paths }
  return readNamedTables(value, { kind: 'openapi', file }, (name, written) => {
    const { value: table } = insertVariables(written, machine.env)
    const headers = readHeaders(written.headers, machine.env)
    const problems = [...memberProblems(table, members, checksOf(table)), ...headers.problems]
    if (problems.length > 0) return { problems }
    const { document, server, operations, prefix } = table
    const isUrl = /^https?:/i.test(String(document))
    const api: OpenApiSource = {
      ...{ name, isUrl },
      document: isUrl ? String(document) : (path.parse(String(document), context) ?? ''),
      ...(typeof server === 'string' && { server }),
      ...(isNames(operations) && { operations }),
      headers: headers.headers,
      prefix: typeof prefix === 'string' ? prefix : '',
      ...readTimeout(table),
      secrets: [
        ...headers.secrets,
        ...urlSecrets({ document: written.document, server: written.server }, machine.env),
      ],
    }
    return { table: api, problems: [] }
  })
}

function checksOf(table: Record<string, unknown>): MemberCheck<(typeof members)[number]>[] {
  const { document, server, operations, prefix } = table
  const isPath = typeof document === 'string' && document !== '' && !document.includes('\0')
  const isDocument = isPath && (isUrlText(document) || !/^\w+:\/\//.test(document))
  const isPrefix = prefix === undefined || (typeof prefix === 'string' && /^[\w-]{0,32}$/.test(prefix))
  return [
    ['document', isDocument, 'a path, or a URL that begins with http:// or https://'],
    [
      'server',
      server === undefined || (isUrlText(server) && !String(server).includes('?')),
      'a URL that begins with http:// or https://, without a user name and a query',
    ],
    [
      'operations',
      operations === undefined || isNames(operations),
      'a list of operation ids and of tags such as "tag:store", in which * stands for any text',
    ],
    ['prefix', isPrefix, 'at most 32 letters, digits, "_" and "-"'],
    timeoutCheck(table),
  ]
}

function isUrlText(value: unknown): boolean {
  const url = typeof value === 'string' && /^https?:\/\//i.test(value) ? URL.parse(value) : undefined
  return url ? url.username === '' && url.password === '' && url.hash === '' : false
}

/** Values of the environment in URLs, after their hosts. */
function urlSecrets(urls: Record<string, Json | undefined>, env: Machine['env']): string[] {
  return Object.values(urls).flatMap((written) => {
    if (typeof written !== 'string') return []
    const { value, inserted } = insertVariables({ written }, env)
    const host = URL.parse(String(value.written))?.host ?? ''
    return inserted.filter((secret) => !host.includes(secret) && !(host !== '' && secret.includes(host)))
  })
}
