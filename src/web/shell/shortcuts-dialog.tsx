import { Dialog } from './dialog.tsx'
import { usePage } from './page.ts'
import { shortcuts } from './shortcuts.ts'

export function ShortcutsDialog() {
  const page = usePage()
  return (
    <Dialog
      title="Keyboard"
      onClose={() => {
        page.dialog.value = undefined
      }}
    >
      <dl class="shortcuts">
        {shortcuts.map(({ keys, about }) => (
          <div>
            <dt>
              {keys.map((key) => (
                <kbd>{key}</kbd>
              ))}
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
