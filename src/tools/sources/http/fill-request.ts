import type { HttpTool } from '../../../protocol/tool-settings/http-tool.ts'
import type { TextPart } from '../../../protocol/tool-settings/text-part.ts'
import type { ToolArguments } from '../../../turn/ports/toolbox.ts'
import type { ToolRequest } from '../../guard/first-hop.ts'
import { argumentOf, argumentsJson, fillTemplate, textOf } from '../argument-text.ts'
import { encodedMembers, encodedText, safePath } from './encoded-text.ts'

/**
 * The request of a call: arguments of the path, then those of the query, and what is left in the query or in a JSON body. A member of
 * the query with an argument that the call does not have is left out.
 *
 * @throws Error, for the model, where the arguments make no path
 */
export function fillRequest(
  { method, url, headers, parameters }: HttpTool,
  values: ToolArguments,
): ToolRequest {
  const path = safePath(
    url.path.map((part) => (typeof part === 'string' ? part : pathText(part, values))).join(''),
  )
  const named = new Set(
    [url.path, ...url.query].flat().flatMap((part) => (typeof part === 'string' ? [] : part.argument)),
  )
  const left = Object.entries(values).filter(([name]) => !named.has(name))
  const isInQuery = method === 'GET' || method === 'DELETE'
  const query = [
    ...url.query.flatMap((parts) => fillTemplate(parts, values, encodedText) ?? []),
    ...(isInQuery ? left.flatMap(encodedMembers) : []),
  ]
  const hasBody = !isInQuery && (left.length > 0 || hasMore(parameters?.properties, named))
  return {
    method,
    url: query.length > 0 ? `${path}${path.includes('?') ? '&' : '?'}${query.join('&')}` : path,
    headers: { ...(hasBody && { 'content-type': 'application/json' }), ...inLowerCase(headers) },
    ...(hasBody && { body: argumentsJson(Object.fromEntries(left)) }),
  }
}

function pathText({ argument }: Exclude<TextPart, string>, values: ToolArguments): string {
  const value = argumentOf(argument, values)
  // Without it, the path may be that of another endpoint.
  if (value === undefined || value === '') throw new Error(`"${argument}" is missing or empty`)
  return encodedText(textOf(value))
}

function hasMore(properties: unknown, named: ReadonlySet<string>): boolean {
  return Object.keys(properties ?? {}).some((name) => !named.has(name))
}

/** Headers, with their names in lower case. */
export function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
