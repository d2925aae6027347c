import type { Page } from './page.ts'

/** A key, and what it does. */
export interface Shortcut {
  keys: readonly string[]
  about: string
}

export const shortcuts: readonly Shortcut[] = [
  { keys: ['Enter'], about: 'Send the prompt' },
  { keys: ['Shift', 'Enter'], about: 'New line' },
  { keys: ['Esc'], about: 'Stop the answer' },
  { keys: ['↑'], about: 'Edit your last prompt, where the field is empty' },
  { keys: ['/'], about: 'Go to the prompt' },
  { keys: ['Ctrl', 'K'], about: 'Search conversations' },
  { keys: ['Alt', 'N'], about: 'New conversation' },
  { keys: ['Alt', 'W'], about: 'Show the events of the wire' },
  { keys: ['?'], about: 'Show this list' },
]

/** Does what a key is for, anywhere in the page. */
export function onShortcut(event: KeyboardEvent, page: Page): void {
  if (event.defaultPrevented || event.isComposing || page.dialog.peek() !== undefined) return
  if (event.key === 'Escape') page.drawerOpen.value = false
  const { key, code, altKey, ctrlKey, metaKey } = event
  const act = (action: () => void) => {
    event.preventDefault()
    action()
  }
  // With Alt a Mac has other characters on its keys.
  if (altKey && !ctrlKey && !metaKey) {
    if (code === 'KeyN') act(() => page.openNew())
    if (code === 'KeyW') {
      const { wireOpen } = page.preferences
      act(() => {
        wireOpen.value = !wireOpen.peek()
      })
    }
    return
  }
  if ((ctrlKey || metaKey) && !altKey && code === 'KeyK') {
    act(() => {
      page.drawerOpen.value = true
      requestAnimationFrame(() => document.getElementById('search')?.focus())
    })
    return
  }
  if (ctrlKey || metaKey || isWritten(event.target)) return
  if (key === '/') act(() => document.getElementById('prompt')?.focus())
  if (key === '?')
    act(() => {
      page.dialog.value = 'shortcuts'
    })
}

/** True in a field: there a key is a character. */
function isWritten(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null
}
