import { type HttpTool, httpMethods } from '../protocol/tool-settings/http-tool.ts'
import type { Machine } from './data-folder.ts'
import { insertVariables } from './insert-variables.ts'
import { type MemberCheck, memberProblems, readNamedTables, type TableProblem } from './named-tables.ts'
import { readHeaders } from './read-headers.ts'
import { readUrlTemplate } from './read-url-template.ts'
import { argumentsOf } from './text-template.ts'
import {
  declaredArguments,
  readToolMembers,
  toolMemberChecks,
  toolMembers,
  undeclaredArguments,
} from './tool-members.ts'

const members = ['method', 'url', 'headers', 'result', ...toolMembers] as const

/** Reads the tables of endpoints, whose variables are not replaced yet; or says what is wrong with them. */
export function readHttp(
  value: unknown,
  { file, machine }: { file: string; machine: Machine },
): { tables: HttpTool[]; problems: string[] } {
  return readNamedTables(value, { kind: 'http', file }, (name, written) => {
    const { value: table } = insertVariables(written, machine.env)
    const problems = memberProblems(table, members, checksOf(table))
    const headers = readHeaders(written.headers, machine.env)
    const read = readUrlTemplate(String(written.url), machine.env)
    if (typeof read === 'string' && typeof table.url === 'string')
      problems.push({ member: 'url', text: read })
    problems.push(...headers.problems)
    if (problems.length > 0 || typeof read === 'string') return { problems }
    const { method, result } = table
    const endpoint: HttpTool = {
      ...{ name, method: httpMethods.find((each) => each === method) ?? 'GET', url: read.url },
      ...readToolMembers(table),
      headers: headers.headers,
      ...(typeof result === 'string' && { result }),
      secrets: [...headers.secrets, ...read.secrets],
    }
    return { table: endpoint, problems: argumentProblems(endpoint) }
  })
}

function checksOf(table: Record<string, unknown>): MemberCheck<(typeof members)[number]>[] {
  const { method, url, result } = table
  const isMethod = method === undefined || httpMethods.some((each) => each === method)
  const isPointer = result === undefined || (typeof result === 'string' && /^(?:\/|$)/.test(result))
  return [
    ['method', isMethod, `one of ${httpMethods.join(', ')}`],
    ['url', typeof url === 'string', 'a URL'],
    ['result', isPointer, 'a JSON Pointer, such as "/price"'],
    ...toolMemberChecks(table),
  ]
}

/** What is wrong with the use of arguments. */
function argumentProblems({ method, url, parameters }: HttpTool): TableProblem[] {
  const declared = declaredArguments(parameters)
  const used = new Set([url.path, ...url.query].flatMap(argumentsOf))
  const fixed = url.query.map(([first]) => (typeof first === 'string' ? first.split('=', 1)[0] : undefined))
  const isInQuery = method === 'GET' || method === 'DELETE'
  const doubled = isInQuery ? declared.filter((name) => !used.has(name) && fixed.includes(name)) : []
  return [
    ...undeclaredArguments('url', used, declared),
    ...doubled.map((name) => ({
      member: 'parameters',
      text: `"${name}" is in the query of url already: put {${name}} there, or give it another name`,
    })),
  ]
}
