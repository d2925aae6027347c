import type { WireBlock, WireRow } from './event-log.ts'
import { summarizeRow } from './summarize.ts'

export type Matcher = (block: WireBlock) => WireBlock

/** Keeps the lines whose event's name or summary has the text; it remembers what it has made of each block. */
export function matcherOf(filter: string): Matcher | undefined {
  const text = filter.trim().toLowerCase()
  if (text === '') return undefined
  const known = new WeakMap<WireBlock, WireBlock>()
  return (block) => {
    const found = known.get(block) ?? block.filter((row) => hasText(row, text))
    known.set(block, found)
    return found
  }
}

/** The blocks with the lines that match, without those that have none. What has not changed stays the same array. */
export function filterBlocks(
  blocks: readonly WireBlock[],
  matches: Matcher | undefined,
): readonly WireBlock[] {
  return matches ? blocks.map(matches).filter((block) => block.length > 0) : blocks
}

function hasText(row: WireRow, text: string): boolean {
  return row.type.includes(text) || summarizeRow(row).toLowerCase().includes(text)
}
