import { useRef, useState } from 'preact/hooks'
import { DeleteDialog } from '../conversations/delete-dialog.tsx'
import { exportPath } from '../settings/export-path.ts'
import { Icon } from './icons.tsx'
import { Menu } from './menu.tsx'
import { ModelChoice } from './model-choice.tsx'
import { usePage } from './page.ts'

/** The title, the model, and what can be done with the conversation. */
export function Header() {
  const page = usePage()
  const conversation = page.conversation.value
  const [renaming, setRenaming] = useState(false)
  const [deleting, setDeleting] = useState(false)
  const { wireOpen } = page.preferences
  const title = conversation?.title ?? (conversation ? 'Untitled' : 'New conversation')
  return (
    <header class="header">
      <button
        type="button"
        class="quiet icon-button only-narrow"
        aria-label="Conversations"
        onClick={() => {
          page.drawerOpen.value = true
        }}
      >
        <Icon name="menu" />
      </button>
      {renaming && conversation ? (
        <TitleField title={conversation.title ?? ''} onDone={() => setRenaming(false)} />
      ) : (
        <h1 title={title}>
          <bdi>{title}</bdi>
        </h1>
      )}
      <ModelChoice />
      <button
        type="button"
        class="quiet icon-button only-wide"
        aria-label="Events of the wire"
        title="Events of the wire (Alt+W)"
        aria-pressed={wireOpen.value}
        onClick={() => {
          wireOpen.value = !wireOpen.value
        }}
      >
        <Icon name="wire" />
      </button>
      <Menu label="More" icon="more">
        <button
          type="button"
          class="only-narrow"
          onClick={() => {
            wireOpen.value = !wireOpen.value
          }}
        >
          <Icon name="wire" /> {wireOpen.value ? 'Hide the wire' : 'Show the wire'}
        </button>
        <button
          type="button"
          onClick={() => {
            page.dialog.value = 'settings'
          }}
        >
          <Icon name="sliders" /> Settings
        </button>
        <button
          type="button"
          onClick={() => {
            page.dialog.value = 'shortcuts'
          }}
        >
          <Icon name="help" /> Keyboard
        </button>
        {conversation && (
          <>
            <hr />
            <button type="button" onClick={() => setRenaming(true)}>
              <Icon name="edit" /> Rename
            </button>
            <a href={exportPath(conversation.name, 'markdown')} download>
              <Icon name="download" /> Export as Markdown
            </a>
            <a href={exportPath(conversation.name, 'json')} download>
              <Icon name="download" /> Export as JSON
            </a>
            <button type="button" class="danger" onClick={() => setDeleting(true)}>
              <Icon name="trash" /> Delete…
            </button>
          </>
        )}
      </Menu>
      {deleting && conversation && (
        <DeleteDialog name={conversation.name} title={title} onClose={() => setDeleting(false)} />
      )}
    </header>
  )
}

function TitleField({ title, onDone }: { title: string; onDone(): void }) {
  const page = usePage()
  const field = useRef<HTMLInputElement>(null)
  const done = useRef(false)
  const finish = (save: boolean) => {
    if (done.current) return
    done.current = true
    const text = field.current?.value.trim() ?? ''
    if (save && text !== '' && text !== title) void page.change({ title: text.slice(0, 512) })
    onDone()
  }
  return (
    <input
      ref={(element) => {
        if (element && field.current !== element) element.select()
        field.current = element
      }}
      class="title-field"
      aria-label="Title"
      maxLength={512}
      defaultValue={title}
      onBlur={() => finish(true)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish(true)
        if (event.key === 'Escape') finish(false)
      }}
    />
  )
}
