import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request's body as a JSON object. */
export async function readJson(req: IncomingMessage): Promise<Record<string, unknown>> {
  return JSON.parse(await text(req))
}
