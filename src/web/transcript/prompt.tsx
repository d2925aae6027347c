import { CopyButton } from '../shell/copy-button.tsx'
import { Icon } from '../shell/icons.tsx'
import { usePage } from '../shell/page.ts'
import type { PromptEntry } from './entries.ts'
import { Images } from './images.tsx'
import { AsWritten } from './markdown/as-written.tsx'
import { memo } from './memo.ts'
import { MessageTime } from './message-time.tsx'
import { PromptEditor } from './prompt-editor.tsx'
import { SiblingSwitch } from './sibling-switch.tsx'

/** What the user has said, and what can be done with it. */
export const Prompt = memo(function Prompt({ entry }: { entry: PromptEntry }) {
  const page = usePage()
  const { key, seq, content, images } = entry
  if (page.editing.value === key && seq !== undefined) return <PromptEditor entry={entry} seq={seq} />
  return (
    <article class="entry prompt" aria-label="You">
      {images.length > 0 && <Images images={images} />}
      {content !== '' && (
        <div class="bubble">
          <AsWritten text={content} />
        </div>
      )}
      <div class="actions">
        <MessageTime time={entry.createdAt} />
        {content !== '' && <CopyButton text={content} label="Copy" />}
        <button
          type="button"
          class="quiet icon-button"
          aria-label="Edit and send again"
          title="Edit and send again"
          disabled={seq === undefined}
          onClick={() => {
            page.editing.value = key
          }}
        >
          <Icon name="edit" />
        </button>
        <SiblingSwitch entry={entry} />
      </div>
    </article>
  )
})
