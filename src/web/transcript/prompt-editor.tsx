import { useEffect, useRef, useState } from 'preact/hooks'
import { sendsPrompt } from '../composer/sends-prompt.ts'
import { sizeToText } from '../composer/size-to-text.ts'
import { usePage } from '../shell/page.ts'
import type { PromptEntry } from './entries.ts'
import { Images } from './images.tsx'

/** Changes a prompt and sends it again: what came after it stays, as another version. */
export function PromptEditor({ entry, seq }: { entry: PromptEntry; seq: number }) {
  const page = usePage()
  const [text, setText] = useState(entry.content)
  const [images, setImages] = useState(entry.images)
  const field = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    const area = field.current
    if (!area) return
    sizeToText(area)
    area.focus()
    area.setSelectionRange(area.value.length, area.value.length)
  }, [])
  const close = () => {
    page.editing.value = undefined
  }
  const send = () => {
    if (text.trim() === '' && images.length === 0) return
    close()
    const after = seq - 1
    page.send(images.length === 0 ? text : [{ role: 'user', content: text, images }], { after })
  }
  return (
    <article class="entry prompt editing" aria-label="You">
      {images.length > 0 && (
        <Images images={images} onRemove={(index) => setImages(images.filter((_, each) => each !== index))} />
      )}
      <textarea
        ref={field}
        aria-label="Edit the prompt"
        dir="auto"
        rows={1}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value)
          sizeToText(currentTarget)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') close()
          if (!sendsPrompt(event, page.preferences.enterSends.peek())) return
          event.preventDefault()
          send()
        }}
      />
      <div class="editing-foot">
        <span class="hint">The answer so far stays as another version.</span>
        <button type="button" onClick={close}>
          Cancel
        </button>
        <button type="button" class="primary" onClick={send}>
          Send
        </button>
      </div>
    </article>
  )
}
