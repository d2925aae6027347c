import { isJsonObject } from '../../../protocol/json.ts'
import type { ToolArguments } from '../../../turn/ports/toolbox.ts'
import type { ToolRequest } from '../../guard/first-hop.ts'
import { argumentOf, argumentsJson } from '../argument-text.ts'
import { encodedMembers, safePath } from '../http/encoded-text.ts'
import type { Operation, OperationBody, Parameter } from './operation.ts'
import { headerText, pathText, queryMembers } from './serialize.ts'

/**
 * The request of a call. `server`: its URL without a slash at the end.
 *
 * @throws Error, for the model, where the arguments make no path
 */
export function fillOperation(
  { method, path, parameters, body }: Operation,
  { server, headers }: { server: string; headers: Readonly<Record<string, string>> },
  values: ToolArguments,
): ToolRequest {
  const given = parameters.flatMap((parameter) => {
    const value = argumentOf(parameter.argument, values)
    return value === undefined ? [] : [{ parameter, value }]
  })
  const at = (place: Parameter['place']) => given.filter(({ parameter }) => parameter.place === place)
  const filled = path.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const found = at('path').find(({ parameter }) => parameter.name === name)
    const text = found ? pathText(found.parameter, found.value) : ''
    // Without it, the path may be that of another operation.
    if (text === '') throw new Error(`"${name}" is missing or empty`)
    return text
  })
  const query = at('query').flatMap(({ parameter, value }) => queryMembers(parameter, value))
  const cookies = at('cookie').flatMap(({ parameter, value }) => queryMembers(parameter, value))
  const content = body && bodyText(body, parameters, values)
  return {
    method,
    url: `${server}${safePath(filled)}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    headers: {
      ...Object.fromEntries(
        at('header').map(({ parameter, value }) => [
          parameter.name.toLowerCase(),
          headerText(parameter, value),
        ]),
      ),
      ...(cookies.length > 0 && { cookie: cookies.join('; ') }),
      ...(content !== undefined && body && { 'content-type': body.type }),
      ...headers,
    },
    ...(content !== undefined && { body: content }),
  }
}

function bodyText(
  { argument, isForm, isRequired }: OperationBody,
  parameters: readonly Parameter[],
  values: ToolArguments,
): string | undefined {
  const value = argument === undefined ? membersOf(parameters, values) : argumentOf(argument, values)
  if (value === undefined) return undefined
  const isEmpty = argument === undefined && isObject(value) && Object.keys(value).length === 0
  if (isEmpty && !isRequired) return undefined
  return isForm ? formText(value) : argumentsJson(value)
}

/** The arguments that are no parameters. */
function membersOf(parameters: readonly Parameter[], values: ToolArguments): ToolArguments {
  const ofParameters = new Set(parameters.map(({ argument }) => argument))
  return Object.fromEntries(Object.entries(values).filter(([name]) => !ofParameters.has(name)))
}

function formText(value: unknown): string {
  if (!isObject(value)) throw new Error('the form must be an object')
  return Object.entries(value).flatMap(encodedMembers).join('&')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return isJsonObject(value)
}
