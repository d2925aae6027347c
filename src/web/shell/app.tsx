import { useEffect } from 'preact/hooks'
import { Composer } from '../composer/composer.tsx'
import { Sidebar } from '../conversations/sidebar.tsx'
import { Transcript } from '../transcript/transcript.tsx'
import { Header } from './header.tsx'
import { type Page, PageContext, usePage } from './page.ts'
import './shell.css'
import { lazyView } from '../tools/lazy-view.tsx'
import { onShortcut } from './shortcuts.ts'
import { StatusLine } from './status-line.tsx'

const SettingsDialog = lazyView(async () => (await import('../settings/settings-dialog.tsx')).SettingsDialog)
const ShortcutsDialog = lazyView(async () => (await import('./shortcuts-dialog.tsx')).ShortcutsDialog)
const WirePanel = lazyView(async () => (await import('../wire/wire-panel.tsx')).WirePanel)

/** The whole page: the list, the conversation, and the wire where it is shown. */
export function App({ page }: { page: Page }) {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => onShortcut(event, page)
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [page])
  const name = page.name.value
  const wireOpen = page.preferences.wireOpen.value
  const dialog = page.dialog.value
  useTitle(page)
  return (
    <PageContext.Provider value={page}>
      <div class="page" data-wire={wireOpen}>
        <Drawer />
        <main>
          <Header key={`header ${name}`} />
          <Transcript key={`transcript ${name}`} />
          <StatusLine />
          <Composer key={`composer ${name}`} />
        </main>
        {wireOpen && <Wire />}
      </div>
      {dialog === 'settings' && <SettingsDialog />}
      {dialog === 'shortcuts' && <ShortcutsDialog />}
    </PageContext.Provider>
  )
}

/** The list stands beside the conversation, and slides over it where there is no room. */
function Drawer() {
  const page = usePage()
  const open = page.drawerOpen.value
  const close = () => {
    page.drawerOpen.value = false
  }
  return (
    <>
      <div class="drawer" data-open={open}>
        <Sidebar />
      </div>
      <button
        type="button"
        class="scrim"
        data-open={open}
        aria-label="Close the list"
        tabIndex={-1}
        onClick={close}
      />
    </>
  )
}

function Wire() {
  const page = usePage()
  // Another state may mean another turn.
  void page.state.value
  return (
    <aside class="wire-side" aria-label="Wire">
      <WirePanel turn={page.view.value.turn} />
    </aside>
  )
}

function useTitle(page: Page): void {
  const title = page.conversation.value?.title
  useEffect(() => {
    document.title = title ? `${title} · chatterd` : 'chatterd'
  }, [title])
}
