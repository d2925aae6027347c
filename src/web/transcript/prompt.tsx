import { CopyButton } from '../shell/copy-button.tsx'
import { Icon } from '../shell/icons.tsx'
import { usePage } from '../shell/page.ts'
import type { PromptEntry } from './entries.ts'
import { VisibleText } from './markdown/visible-text.tsx'
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
        <div class="bubble" dir="auto">
          <VisibleText text={content} />
        </div>
      )}
      <div class="actions">
        <MessageTime time={entry.createdAt} />
        <SiblingSwitch entry={entry} />
        {content !== '' && <CopyButton text={content} label="Copy" />}
        {seq !== undefined && (
          <button
            type="button"
            class="quiet icon-button"
            aria-label="Edit and send again"
            title="Edit and send again"
            onClick={() => {
              page.editing.value = key
            }}
          >
            <Icon name="edit" />
          </button>
        )}
      </div>
    </article>
  )
})

export function Images({ images, onRemove }: { images: readonly string[]; onRemove?(index: number): void }) {
  return (
    <ul class="images" aria-label="Images">
      {images.map((image, index) => (
        <li>
          <img src={dataUrl(image)} alt={`${index + 1} of ${images.length}`} />
          {onRemove && (
            <button
              type="button"
              class="icon-button"
              aria-label={`Remove image ${index + 1}`}
              onClick={() => onRemove(index)}
            >
              <Icon name="close" />
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}

/** Of an image whose type its first bytes tell. */
function dataUrl(base64: string): string {
  const type = base64.startsWith('iVBOR')
    ? 'png'
    : base64.startsWith('UklGR')
      ? 'webp'
      : base64.startsWith('R0lGO')
        ? 'gif'
        : 'jpeg'
  return `data:image/${type};base64,${base64}`
}
