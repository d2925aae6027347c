import { readFile, stat } from 'node:fs/promises'
import type { OpenApiSource } from '../../../protocol/tool-settings/open-api-source.ts'
import type { GuardPorts } from '../../guard/find-addresses.ts'
import { createGuardedRequest } from '../../guard/guarded-request.ts'
import { UnusableSource } from '../tool-source.ts'

/** What bounds the reading of a document. */
export interface DocumentLimits {
  maxBytes: number
  signal: AbortSignal
}

/**
 * The text of a document, of a file or through the guard.
 *
 * @throws UnusableSource where it cannot be one; Error where it may be there later
 */
export async function loadDocument(
  { document, isUrl }: Pick<OpenApiSource, 'document' | 'isUrl'>,
  { maxBytes, signal }: DocumentLimits,
  ports?: GuardPorts,
): Promise<string> {
  if (!isUrl) return await loadFile(document, maxBytes)
  const request = createGuardedRequest([new URL(document).host], ports)
  const headers = { accept: 'application/json, application/yaml, */*;q=0.8', 'user-agent': 'chatterd' }
  const { status, body, isTruncated } = await request({ url: document, headers, maxBytes, signal })
  if (status !== 200) throw new Error(`the document cannot be fetched: status ${status}`)
  if (isTruncated) throw tooLong(maxBytes)
  return body.toString()
}

async function loadFile(path: string, maxBytes: number): Promise<string> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new UnusableSource('the document is no file')
    if (found.size > maxBytes) throw tooLong(maxBytes)
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new Error(`the document cannot be read (${error.code})`)
    throw error
  }
}

function tooLong(maxBytes: number): UnusableSource {
  return new UnusableSource(`the document is longer than ${maxBytes} bytes (tool-document)`)
}
