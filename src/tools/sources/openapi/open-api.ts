import { setImmediate } from 'node:timers/promises'
import type { JsonObject } from '../../../protocol/json.ts'
import type { OpenApiSource } from '../../../protocol/tool-settings/open-api-source.ts'
import type { Tool } from '../../../turn/ports/toolbox.ts'
import { inLowerCase } from '../http/fill-request.ts'
import { createSend, type Send, type SenderOptions } from '../http/send-request.ts'
import { makeTool } from '../make-tool.ts'
import { UnusableSource } from '../tool-source.ts'
import { argumentsSchema } from './arguments-schema.ts'
import { Document, UnusableOperation } from './document.ts'
import { fillOperation } from './fill-operation.ts'
import { findServer } from './find-server.ts'
import { listOperations } from './list-operations.ts'
import type { Operation } from './operation.ts'

export interface OpenedApi {
  tools: Tool[]
  /** A sentence for each operation that is left out. */
  problems: string[]
}

/**
 * Makes the tools of an OpenAPI document; between two of them, the process can do other things.
 *
 * @throws UnusableSource where there is none
 */
export async function openApi(
  api: OpenApiSource,
  root: JsonObject,
  {
    signal,
    ...sender
  }: Pick<SenderOptions, 'maxOutputBytes' | 'maxResponseBytes' | 'ports'> & { signal: AbortSignal },
): Promise<OpenedApi> {
  const document = new Document(root)
  const { url: server, allowedHosts } = findServer(api, root)
  const send = createSend({ allowedHosts, secrets: api.secrets, ...sender })
  const headers = inLowerCase(api.headers)
  const { operations: patterns, prefix } = api
  const { operations, problems } = listOperations(document, {
    patterns,
    headers: Object.keys(headers),
    prefix,
  })
  const tools: Tool[] = []
  for (const operation of operations) {
    await setImmediate(undefined, { signal })
    try {
      const parameters = argumentsSchema(document, operation)
      tools.push(toolOf(operation, parameters, { api, server, headers, send }))
    } catch (error) {
      if (!(error instanceof UnusableOperation)) throw error
      problems.push(`the operation ${operation.title} is left out: ${error.message}`)
    }
  }
  if (tools.length === 0) {
    const none = patterns ? 'it has none' : 'it has none that only reads; name others with operations'
    const [problem = none] = problems
    throw new UnusableSource(`no operation can be a tool: ${problem}`)
  }
  return { tools, problems }
}

function toolOf(
  operation: Operation,
  parameters: JsonObject,
  {
    api,
    server,
    headers,
    send,
  }: { api: OpenApiSource; server: string; headers: Record<string, string>; send: Send },
): Tool {
  const { name, description, method } = operation
  return makeTool({
    ...{ name: api.prefix + name, description, parameters, timeoutMs: api.timeoutMs },
    idempotent: method === 'GET',
    run: async (args, { signal }) => await send(fillOperation(operation, { server, headers }, args), signal),
  })
}
