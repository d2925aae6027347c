import { Worker } from 'node:worker_threads'
import { isJsonObject, type JsonObject } from '../../../protocol/json.ts'
import { errorMessage } from '../../error-message.ts'
import { isWithin } from '../../fit/is-within.ts'
import { UnusableSource } from '../tool-source.ts'
import type { DocumentLimits } from './load-document.ts'

const program = new URL(`./yaml-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** A document within these can be walked without harm. As JSON, it may be twice as long as it is written. */
const boundsOf = (maxBytes: number) => ({ depth: 100, values: maxBytes / 8, characters: 2 * maxBytes })

/** How much memory the thread that reads YAML may have, in MiB. */
const maxHeapMb = 512

/**
 * The OpenAPI document that a text is, in JSON or YAML.
 *
 * @throws UnusableSource where it is none
 */
export async function parseDocument(text: string, limits: DocumentLimits): Promise<JsonObject> {
  const bounds = boundsOf(limits.maxBytes)
  const root = parsedJson(text) ?? (await parsedYaml(text, bounds.characters, limits.signal))
  if (!isWithin(root, bounds)) throw new UnusableSource('the document is too large or too deeply nested')
  if (!isJsonObject(root)) throw new UnusableSource('the document is no OpenAPI document')
  if (root.swagger !== undefined)
    throw new UnusableSource('the document is of Swagger 2.0; those of OpenAPI 3.0 and 3.1 can be read')
  if (!/^3\.[01]\b/.test(String(root.openapi)))
    throw new UnusableSource('the document is none of OpenAPI 3.0 or 3.1')
  return root
}

/** Undefined where it is no JSON. */
function parsedJson(text: string): unknown {
  if (!/^\uFEFF?\s*\{/.test(text)) return undefined
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

/** In a thread of its own: a text of 1 MB takes seconds. */
async function parsedYaml(text: string, maxLength: number, signal: AbortSignal): Promise<unknown> {
  const worker = new Worker(program, {
    workerData: { text, maxLength },
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  })
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const onAbort = () => reject(new Error('it was given up'))
  worker.once('message', resolve)
  worker.on('error', reject)
  worker.once('exit', () => reject(new Error('it ended')))
  signal.addEventListener('abort', onAbort)
  try {
    return JSON.parse(String(await promise))
  } catch (error) {
    if (signal.aborted) throw error
    const [message] = errorMessage(error).split('\n')
    throw new UnusableSource(`the document is neither JSON nor YAML: ${message?.replace(/:$/, '')}`)
  } finally {
    signal.removeEventListener('abort', onAbort)
    await worker.terminate()
  }
}
