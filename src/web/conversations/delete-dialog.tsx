import { Dialog } from '../shell/dialog.tsx'
import { usePage } from '../shell/page.ts'

/** Asks before a conversation is deleted. */
export function DeleteDialog({ name, title, onClose }: { name: string; title: string; onClose(): void }) {
  const page = usePage()
  const confirm = async () => {
    onClose()
    const isOpen = page.name.peek() === name
    const deleted = await page.attempt(() => page.list.delete(name))
    if (deleted && isOpen) page.openNew()
  }
  return (
    <Dialog title="Delete this conversation?" onClose={onClose}>
      <p>
        <bdi class="strong">{title}</bdi> and all its messages are deleted at the server. This cannot be
        undone.
      </p>
      <div class="dialog-actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" class="danger" onClick={() => void confirm()}>
          Delete
        </button>
      </div>
    </Dialog>
  )
}
