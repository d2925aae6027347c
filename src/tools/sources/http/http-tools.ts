import type { HttpTool } from '../../../protocol/tool-settings/http-tool.ts'
import type { ToolSettings } from '../../../protocol/tool-settings/tool-settings.ts'
import type { Tool } from '../../../turn/ports/toolbox.ts'
import type { GuardPorts } from '../../guard/find-addresses.ts'
import { makeTool } from '../make-tool.ts'
import type { SourceGroup, SourceGroupOptions, ToolSource } from '../tool-source.ts'
import { fillRequest } from './fill-request.ts'
import { createSend } from './send-request.ts'

/** The tools that send requests to one endpoint. */
export class HttpTools implements SourceGroup {
  readonly #limits: Pick<SourceGroupOptions, 'maxOutputBytes' | 'maxResponseBytes'>
  readonly #ports: GuardPorts | undefined
  #source: ToolSource = { name: 'http', state: 'ready', tools: [] }

  constructor(
    { maxOutputBytes, maxResponseBytes }: Pick<SourceGroupOptions, 'maxOutputBytes' | 'maxResponseBytes'>,
    ports?: GuardPorts,
  ) {
    this.#limits = { maxOutputBytes, maxResponseBytes }
    this.#ports = ports
  }

  use({ http }: Pick<ToolSettings, 'http'>): void {
    this.#source = { ...this.#source, tools: http.map((endpoint) => this.#toolOf(endpoint)) }
  }

  sources(): ToolSource[] {
    return this.#source.tools.length > 0 ? [this.#source] : []
  }

  /** There is nothing to look for. */
  async reload(): Promise<void> {}

  /** Requests end with their calls. */
  close(): void {}

  #toolOf(endpoint: HttpTool): Tool {
    const { name, description, method, result, secrets, timeoutMs, idempotent = method === 'GET' } = endpoint
    const send = createSend({
      ...{ secrets, result, ports: this.#ports, ...this.#limits },
      allowedHosts: [endpoint.url.host],
    })
    return makeTool({
      ...{ name, description, idempotent, timeoutMs, parameters: parametersOf(endpoint) },
      run: async (args, { signal }) => await send(fillRequest(endpoint, args), signal),
    })
  }
}

/** Arguments that the operator has not declared are refused, unless the schema says that there may be more. */
function parametersOf({ parameters = { type: 'object', properties: {} } }: HttpTool) {
  return { additionalProperties: false, ...parameters }
}
