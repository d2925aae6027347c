import { useEffect, useRef } from 'preact/hooks'
import { Icon } from '../shell/icons.tsx'
import { usePage } from '../shell/page.ts'
import { ConversationItem } from './conversation-item.tsx'
import './conversations.css'
import { EngineState } from './engine-state.tsx'
import { groupByDay } from './group-by-day.ts'

/** The list of conversations, and below it what runs the model. */
export function Sidebar() {
  const page = usePage()
  const { list } = page
  return (
    <nav class="sidebar" aria-label="Conversations">
      <div class="sidebar-head">
        <button type="button" class="new" title="New conversation (Alt+N)" onClick={() => page.openNew()}>
          <Icon name="plus" /> New
        </button>
        <label class="search">
          <Icon name="search" />
          <input
            id="search"
            type="search"
            placeholder="Search"
            aria-label="Search conversations"
            autocomplete="off"
            value={list.search.value}
            onInput={({ currentTarget }) => list.setSearch(currentTarget.value)}
          />
        </label>
      </div>
      <div class="sidebar-list">
        <Groups />
        <MoreItems />
      </div>
      <EngineState />
    </nav>
  )
}

function Groups() {
  const { list } = usePage()
  const items = list.items.value
  const status = list.status.value
  if (items.length === 0 && status === 'failed') return <Unread />
  if (items.length === 0) {
    const words = list.search.value.trim() === '' ? 'Your conversations will be here.' : 'Nothing was found.'
    return <p class="sidebar-note">{status === 'ready' ? words : ''}</p>
  }
  return groupByDay(items, Date.now()).map(({ title, items }) => (
    <section key={title} aria-label={title}>
      <h2>{title}</h2>
      <ul>
        {items.map((item) => (
          <ConversationItem key={item.name} item={item} />
        ))}
      </ul>
    </section>
  ))
}

/** Where nothing of the list is known. What is known stays there to be read while the server cannot be reached. */
function Unread() {
  const { list } = usePage()
  return (
    <div class="sidebar-note" role="status">
      <p>The list could not be read.</p>
      <button type="button" title={list.error.value} onClick={() => void list.refresh()}>
        Try again
      </button>
    </div>
  )
}

/** Reads more of the list when its end comes into view. */
function MoreItems() {
  const { list } = usePage()
  const end = useRef<HTMLButtonElement>(null)
  const hasMore = list.hasMore.value
  // biome-ignore lint/correctness/useExhaustiveDependencies: the button is there while there is more
  useEffect(() => {
    if (!end.current) return
    const observer = new IntersectionObserver((entries) => {
      if (entries.at(-1)?.isIntersecting) void list.loadMore()
    })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [hasMore, list])
  if (!hasMore) return null
  return (
    <button ref={end} type="button" class="quiet more" onClick={() => void list.loadMore()}>
      More
    </button>
  )
}
