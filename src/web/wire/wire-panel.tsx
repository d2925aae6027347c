import { useState } from 'preact/hooks'
import type { Turn } from '../../client/types.ts'
import { useEventLog } from './use-event-log.ts'
import { WireList } from './wire-list.tsx'
import '../tools/controls.css'
import './wire.css'

import { RequestView } from './request-view.tsx'

/** What goes over the wire for a turn: its request as code, and its events as they come. */
export function WirePanel({ turn }: { turn: Turn | undefined }) {
  const log = useEventLog(turn)
  const [filter, setFilter] = useState('')
  const [showsRequest, setShowsRequest] = useState(false)
  if (!turn)
    return <p class="wire-empty hint">The events of the next turn come here, as the server sends them.</p>
  return (
    <div class="wire">
      <div class="wire-head">
        <button
          type="button"
          class="quiet tool-button"
          aria-expanded={showsRequest}
          onClick={() => setShowsRequest(!showsRequest)}
        >
          Request as code
        </button>
        <input
          type="search"
          class="wire-filter"
          aria-label="Show only events with this text"
          placeholder="Filter"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
        <span class="hint wire-count">{`${log.count.toLocaleString('en')} ${log.count === 1 ? 'event' : 'events'}`}</span>
      </div>
      {showsRequest && <RequestView request={turn.request} />}
      <WireList log={log} filter={filter} />
    </div>
  )
}
