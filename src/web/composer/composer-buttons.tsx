import { useRef } from 'preact/hooks'
import { Icon } from '../shell/icons.tsx'
import { usePage } from '../shell/page.ts'

/** The buttons of the composer: images, settings, stop, send. */
export function ComposerButtons(props: {
  isEmpty: boolean
  runs: boolean
  onFiles(files: readonly Blob[]): void
}) {
  const { isEmpty, runs, onFiles } = props
  const page = usePage()
  const files = useRef<HTMLInputElement>(null)
  return (
    <div class="composer-buttons">
      <input
        ref={files}
        class="visually-hidden"
        type="file"
        accept="image/*"
        multiple
        tabIndex={-1}
        aria-hidden="true"
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])])
          currentTarget.value = ''
        }}
      />
      <button
        type="button"
        class="quiet icon-button"
        aria-label="Add images"
        title="Add images"
        onClick={() => files.current?.click()}
      >
        <Icon name="image" />
      </button>
      <button
        type="button"
        class="quiet icon-button"
        aria-label="Settings"
        title="Settings"
        onClick={() => {
          page.dialog.value = 'settings'
        }}
      >
        <Icon name="sliders" />
      </button>
      <span class="space" />
      {runs && (
        <button
          type="button"
          class="icon-button stop"
          aria-label="Stop the answer"
          title="Stop the answer (Esc)"
          onClick={() => void page.attempt(() => page.view.peek().stop())}
        >
          <Icon name="stop" />
        </button>
      )}
      {/* Always there: where it came and went, the button beside it would move. */}
      <button
        type="submit"
        class="icon-button primary"
        aria-label={runs ? 'Send after this answer' : 'Send'}
        title={runs ? 'Send after this answer' : 'Send'}
        disabled={isEmpty}
      >
        <Icon name="up" />
      </button>
    </div>
  )
}
