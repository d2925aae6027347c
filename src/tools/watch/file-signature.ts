import { type BigIntStats, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'

/** A text that changes when a file is written, replaced or removed. */
export type FileSignature = string

/** The signature of a file, at once; symbolic links are followed. */
export function signatureOf(path: string): FileSignature {
  try {
    return textOf(statSync(path, { bigint: true }))
  } catch {
    return missing
  }
}

/** The same, without blocking. */
export async function signatureNow(path: string): Promise<FileSignature> {
  try {
    return textOf(await stat(path, { bigint: true }))
  } catch {
    return missing
  }
}

const missing = 'missing'

function textOf({ mtimeNs, ctimeNs, size, ino }: BigIntStats): FileSignature {
  return [mtimeNs, ctimeNs, size, ino].join()
}
