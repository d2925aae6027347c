import { useState } from 'preact/hooks'
import type { ListedConversation } from '../../client/types.ts'
import { Icon } from '../shell/icons.tsx'
import { Menu } from '../shell/menu.tsx'
import { usePage } from '../shell/page.ts'
import { conversationHash } from '../shell/route.ts'
import { DeleteDialog } from './delete-dialog.tsx'

/** One conversation of the list: its title, whether it is being answered, and what a search has found in it. */
export function ConversationItem({ item }: { item: ListedConversation }) {
  const page = usePage()
  const [renaming, setRenaming] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const title = item.title ?? 'Untitled'
  if (renaming) return <RenameField item={item} onDone={() => setRenaming(false)} />
  return (
    <li class="conversation">
      <a
        href={conversationHash(item.name)}
        aria-current={page.name.value === item.name ? 'page' : undefined}
        title={title}
        onClick={() => {
          page.drawerOpen.value = false
        }}
      >
        <bdi class="conversation-title">{title}</bdi>
        {item.match && <bdi class="match">{item.match.text}</bdi>}
        {item.activeTurn !== null && <span class="active-dot" role="img" aria-label="Being answered" />}
      </a>
      <Menu label={`More about ${title}`} icon="more">
        <button type="button" onClick={() => setRenaming(true)}>
          <Icon name="edit" /> Rename
        </button>
        <button type="button" class="danger" onClick={() => setDeleting(true)}>
          <Icon name="trash" /> Delete…
        </button>
      </Menu>
      {deleting && <DeleteDialog name={item.name} title={title} onClose={() => setDeleting(false)} />}
    </li>
  )
}

function RenameField({ item, onDone }: { item: ListedConversation; onDone(): void }) {
  const page = usePage()
  const save = (text: string) => {
    if (text.trim() !== '' && text.trim() !== item.title)
      void page.attempt(() => page.list.rename(item.name, text))
    onDone()
  }
  return (
    <li class="conversation">
      <input
        ref={(element) => element?.select()}
        class="title-field"
        aria-label="Title"
        maxLength={512}
        defaultValue={item.title ?? ''}
        onBlur={({ currentTarget }) => save(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') save(event.currentTarget.value)
          if (event.key === 'Escape') onDone()
        }}
      />
    </li>
  )
}
