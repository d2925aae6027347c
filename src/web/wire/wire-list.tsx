import { Component } from 'preact'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ClientEvent } from '../../client/types.ts'
import { CopyButton } from '../shell/copy-button.tsx'
import { JsonText } from '../tools/value-section.tsx'
import { prettyJson } from '../tools/values/json-text.ts'
import type { WireBlock, WireRow } from './event-log.ts'
import { filterBlocks, matcherOf } from './filter-blocks.ts'
import { summarizeRow } from './summarize.ts'
import type { ShownLog } from './use-event-log.ts'

/** So near to the end, in pixels, the view follows it. */
const nearEnd = 24

/** The lines, which follow their end while the reader is there. */
export function WireList({ log, filter }: { log: ShownLog; filter: string }) {
  const box = useRef<HTMLDivElement>(null)
  const [follows, setFollows] = useState(true)
  const matches = useMemo(() => matcherOf(filter), [filter])
  const blocks = filterBlocks(log.blocks, matches)
  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }
  // After each drawing: whatever was drawn, the end may have moved.
  useLayoutEffect(() => {
    if (follows) toEnd()
  })
  const onScroll = () => {
    const element = box.current
    if (element) setFollows(element.scrollHeight - element.scrollTop - element.clientHeight < nearEnd)
  }
  return (
    <div class="wire-body">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll it */}
      {/* biome-ignore lint/a11y/useSemanticElements: a section of the page would be a landmark */}
      <div ref={box} class="wire-list" tabIndex={0} role="group" aria-label="Events" onScroll={onScroll}>
        {log.left > 0 && <p class="hint">{`${log.left.toLocaleString('en')} older lines are left out`}</p>}
        {blocks.map((block) => (
          <Block key={block[0]?.id} block={block} />
        ))}
        {blocks.length === 0 && (
          <p class="hint">{filter === '' ? 'No events yet.' : 'No event has this text.'}</p>
        )}
      </div>
      {!follows && (
        <button type="button" class="quiet tool-button wire-to-end" onClick={() => setFollows(true)}>
          To the newest
        </button>
      )}
    </div>
  )
}

/** Drawn again only when it has another line: the filter keeps the arrays of what has not changed. */
class Block extends Component<{ block: WireBlock }> {
  override shouldComponentUpdate(next: { block: WireBlock }): boolean {
    return next.block !== this.props.block
  }
  override render() {
    return (
      <div class="wire-block">
        {this.props.block.map((row) => (
          <Row key={row.id} row={row} />
        ))}
      </div>
    )
  }
}

function Row({ row }: { row: WireRow }) {
  const [open, setOpen] = useState(false)
  return (
    <div class={`wire-row ${row.type}`}>
      <button type="button" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span class="wire-number">{numbersOf(row)}</span>
        <span class="wire-type">{row.type}</span>
        {row.count > 1 && <span class="wire-number">×{row.count}</span>}
        <bdi class="wire-summary">{summarizeRow(row)}</bdi>
        <span class="wire-time">{timeOf(row.ms)}</span>
      </button>
      {open && <OpenedRow row={row} />}
    </div>
  )
}

function OpenedRow({ row }: { row: WireRow }) {
  const events = row.events.map(asSent)
  const value = events.length === 1 ? events[0] : events
  return (
    <>
      <JsonText value={value} />
      {row.count > events.length && (
        <p class="hint">{`The first ${events.length} of ${row.count} are kept.`}</p>
      )}
      <CopyButton text={() => prettyJson(value)} />
    </>
  )
}

/** Without the time, which is this client's. */
function asSent({ at, ...event }: ClientEvent) {
  return event
}

function numbersOf({ first, last }: WireRow): string {
  if (first === undefined) return ''
  return last === first || last === undefined ? String(first) : `${first}–${last}`
}

/** Seconds with milliseconds: `0.412`. */
function timeOf(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`
}
