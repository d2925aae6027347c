import { readFile, stat } from 'node:fs/promises'
import type { GuardPorts } from '../../guard/find-addresses.ts'
import { createGuardedRequest } from '../../guard/guarded-request.ts'
import { UnusableSource } from '../tool-source.ts'
import type { Api } from './api.ts'

/** The longest document, in bytes. */
export const maxDocument = 8 * 2 ** 20

/**
 * The text of a document, of a file or through the guard.
 *
 * @throws UnusableSource where it cannot be one; Error where it may be there later
 */
export async function loadDocument(
  { document, isUrl }: Pick<Api, 'document' | 'isUrl'>,
  signal: AbortSignal,
  ports?: GuardPorts,
): Promise<string> {
  if (!isUrl) return await loadFile(document)
  const request = createGuardedRequest([new URL(document).host], ports)
  const headers = { accept: 'application/json, application/yaml, */*;q=0.8', 'user-agent': 'chatterd' }
  const { status, body, isTruncated } = await request({
    url: document,
    headers,
    maxBytes: maxDocument,
    signal,
  })
  if (status !== 200) throw new Error(`the document cannot be fetched: status ${status}`)
  if (isTruncated) throw tooLong()
  return body.toString()
}

async function loadFile(path: string): Promise<string> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw new UnusableSource('the document is no file')
    if (found.size > maxDocument) throw tooLong()
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      throw new Error(`the document cannot be read (${error.code})`)
    throw error
  }
}

function tooLong(): UnusableSource {
  return new UnusableSource(`the document is longer than ${maxDocument} bytes`)
}
