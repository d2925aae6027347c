import type { VNode } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { Icon } from '../shell/icons.tsx'
import { usePage } from '../shell/page.ts'
import { Announcer } from './announcer.tsx'
import { type Entry, entriesOf } from './entries.ts'
import { FirstVisit } from './first-visit.tsx'
import { AsWritten } from './markdown/as-written.tsx'
import { Prompt } from './prompt.tsx'
import { QueuedPrompts } from './queued-prompts.tsx'
import { Reply } from './reply.tsx'
import './prose.css'
import './transcript.css'
import { EndOfBranch } from './sibling-switch.tsx'
import { TurnFailure } from './turn-failure.tsx'
import { useFollowEnd } from './use-follow-end.ts'
import { useOlder } from './use-older.ts'

/** Elements of entries: of an entry that is the same object the element is the same, too, which Preact then leaves alone. */
const elements = new WeakMap<Entry, VNode>()

function elementOf(entry: Entry): VNode {
  const known = elements.get(entry)
  if (known) return known
  const element = <EntryView key={entry.key} entry={entry} />
  elements.set(entry, element)
  return element
}

function EntryView({ entry }: { entry: Entry }) {
  if (entry.kind === 'prompt') return <Prompt entry={entry} />
  if (entry.kind === 'reply') return <Reply entry={entry} />
  return (
    <article class="entry system" aria-label="For the model">
      <AsWritten text={entry.content} />
    </article>
  )
}

/** The messages of the conversation, and the turn that runs. Keyed by the conversation's name. */
export function Transcript() {
  const page = usePage()
  const state = page.state.value
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const entries = entriesOf(state)
  const isEmpty = state.status === 'ready' && entries.length === 0 && state.turn === undefined
  const { atEnd, toEnd } = useFollowEnd(scroller, content, !isEmpty)
  const older = useOlder(scroller, page)
  const sent = state.turn?.status === 'sending' ? state.sent : undefined
  // Whoever sends a prompt wants to see it, wherever they have been reading.
  useLayoutEffect(() => {
    if (sent) toEnd()
  }, [sent, toEnd])
  return (
    <section class="transcript" aria-label="Conversation">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <div class="scroller" ref={scroller} tabIndex={0} role="log" aria-live="off" aria-label="Messages">
        <div class="column" ref={content}>
          {state.hasOlder && (
            <button
              ref={older}
              type="button"
              class="quiet older"
              onClick={() => void page.view.value.loadOlder()}
            >
              Older messages
            </button>
          )}
          {isEmpty ? <FirstVisit /> : entries.map(elementOf)}
          {/* Where the log has less of an answer than was seen, it stands elsewhere. */}
          <TurnFailure key={state.turn ? 'live' : 'stored'} />
          <EndOfBranch />
          <QueuedPrompts />
        </div>
      </div>
      <div class="to-end" data-shown={!atEnd.value}>
        <button type="button" aria-label="To the end" title="To the end" inert={atEnd.value} onClick={toEnd}>
          <Icon name="down" />
        </button>
      </div>
      <Announcer />
    </section>
  )
}
