import { createHash } from 'node:crypto'
import type { ToolSchema } from '../protocol/tool-schema.ts'
import { toolArguments } from './arguments.ts'
import type { StateRow } from './rows.ts'

/** A conversation's device tools, as the database had them when it last gave them to this process. */
export interface KnownTools {
  /** The conversation's id. */
  conversation: string
  /** How often its tools had been changed. */
  version: number
  tools: readonly ToolSchema[]
  /** Of the list of a client that led to them: to send it once more changes nothing. */
  digest?: string | undefined
  /** What their schemas need in memory, in bytes, roughly. */
  bytes: number
}

/** A list of device tools that a client sent. */
export interface PostedTools {
  rows: ReturnType<typeof toolArguments>
  digest: string
}

/** `replace`: true where the list replaces the tools that the conversation had, and is not added to them. */
export function postedTools(tools: readonly ToolSchema[], replace = false): PostedTools {
  const rows = toolArguments(tools)
  const hash = createHash('sha256').update(`${replace}`)
  for (const [, schema] of rows) hash.update(schema)
  return { rows, digest: hash.digest('base64') }
}

/**
 * What SQL functions get of a request's tools. A list that the conversation has already is left out. Where it has others after all, they
 * return `needsTools`, and have done nothing: then they are called again without anything `known`.
 */
export function toolsArgument(posted: PostedTools | undefined, known: KnownTools | undefined) {
  if (!known || (posted && posted.digest !== known.digest)) return { tools: posted?.rows }
  const { conversation, version } = known
  return { knownTools: { conversation, version, same: posted !== undefined } }
}

/** The tools of a state that was returned for a request with the `posted` ones. */
export function knownAfter(
  row: Pick<StateRow, 'id' | 'tools' | 'toolsVersion'>,
  tools: readonly ToolSchema[],
  posted: PostedTools | undefined,
  known: KnownTools | undefined,
): KnownTools {
  const { id: conversation, toolsVersion: version } = row
  const isKnown = known?.conversation === conversation && known.version === version
  const digest = posted?.digest ?? (isKnown ? known.digest : undefined)
  const bytes = row.tools?.reduce((sum, [, schema]) => sum + 2 * schema.length, 0) ?? known?.bytes ?? 0
  return { conversation, version, tools, digest, bytes }
}
