import { isJsonObject, type Json, type JsonObject } from '../../../protocol/json.ts'
import { matchPattern } from '../../../protocol/match-pattern.ts'
import { type HttpMethod, httpMethods } from '../../../protocol/tool-settings/http-tool.ts'
import { type Document, UnusableOperation } from './document.ts'
import type { Operation } from './operation.ts'
import { readBody } from './read-body.ts'
import { readParameters } from './read-parameters.ts'

/** The longest name of a tool, and the longest description that all engines take. */
const maxName = 64
const maxDescription = 1_024

/** What is made of a document. */
export interface Operations {
  operations: Operation[]
  /** A sentence for each operation that is left out, and for each pattern that fits none. */
  problems: string[]
}

/**
 * The operations of a document that the patterns name, or all `GET`. `headers`: those that the operator sets, in lower case; `prefix`:
 * what the names of tools will begin with.
 */
export function listOperations(
  document: Document,
  {
    patterns,
    headers,
    prefix,
  }: { patterns: readonly string[] | undefined; headers: readonly string[]; prefix: string },
): Operations {
  const unused = new Set(patterns)
  const operations: Operation[] = []
  const problems: string[] = []
  const taken = new Set<string>()
  for (const [path, method, item, written] of operationsOf(document, problems)) {
    const own = toolName(written.operationId ?? `${method.toLowerCase()}${path}`)
    const names = [own, ...(typeof written.operationId === 'string' ? [written.operationId] : [])]
    const fitting = patterns?.filter((pattern) => isNamed(written, names, pattern)) ?? []
    for (const pattern of fitting) unused.delete(pattern)
    if (patterns ? fitting.length === 0 : method !== 'GET') continue
    const title = typeof written.operationId === 'string' ? written.operationId : `${method} ${path}`
    try {
      const name = freeName(own, taken, maxName - prefix.length)
      const operation = readOperation(document, { path, item, written, headers })
      operations.push({ title, name, method, ...operation })
      taken.add(name)
    } catch (error) {
      if (!(error instanceof UnusableOperation)) throw error
      problems.push(`the operation ${title} is left out: ${error.message}`)
    }
  }
  problems.push(...[...unused].map((pattern) => `no operation is named by "${pattern}"`))
  return { operations, problems }
}

/** All operations: path, method, path item, operation. */
function* operationsOf(
  document: Document,
  problems: string[],
): Generator<[string, HttpMethod, JsonObject, JsonObject]> {
  const { paths } = document.root
  for (const [path, value] of Object.entries(isJsonObject(paths) ? paths : {})) {
    if (!path.startsWith('/')) continue
    try {
      const item = document.resolve(value)
      for (const method of httpMethods) {
        const operation = item?.[method.toLowerCase()]
        if (item && isJsonObject(operation)) yield [path, method, item, operation]
      }
    } catch (error) {
      if (!(error instanceof UnusableOperation)) throw error
      problems.push(`the operations of ${path} are left out: ${error.message}`)
    }
  }
}

function isNamed({ tags }: JsonObject, names: readonly string[], pattern: string): boolean {
  if (!pattern.startsWith('tag:')) return names.some((name) => matchPattern(pattern, name))
  const named = Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : []
  return named.some((tag) => matchPattern(pattern.slice('tag:'.length), tag))
}

function readOperation(
  document: Document,
  {
    path,
    item,
    written,
    headers,
  }: { path: string; item: JsonObject; written: JsonObject; headers: readonly string[] },
): Pick<Operation, 'path' | 'description' | 'parameters' | 'body'> {
  if (written.servers !== undefined || item.servers !== undefined)
    throw new UnusableOperation('it has servers of its own')
  const parameters = readParameters(document, [item.parameters, written.parameters], { path, headers })
  const body = readBody(document, written.requestBody, parameters)
  return { path, description: descriptionOf(written, item), parameters, ...(body && { body }) }
}

function descriptionOf(written: JsonObject, item: JsonObject): string {
  const texts = [written.summary ?? item.summary, written.description ?? item.description]
  const given = texts.filter((text) => typeof text === 'string').map((text) => text.trim())
  const whole = [...new Set(given)].filter((text) => text !== '').join('\n\n')
  return whole.length > maxDescription ? `${whole.slice(0, maxDescription - 1).toWellFormed()}…` : whole
}

function toolName(id: Json): string {
  const fitting = String(id)
    .replace(/[^\w-]+/g, '_')
    .replace(/^_+|_+$/g, '')
  return fitting === '' ? 'operation' : fitting
}

function freeName(name: string, taken: ReadonlySet<string>, max: number): string {
  let free = name.slice(0, max)
  for (let number = 2; taken.has(free); number++)
    free = `${name.slice(0, max - String(number).length - 1)}_${number}`
  return free
}
