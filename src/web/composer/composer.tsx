import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { currentModel } from '../shell/model-choice.tsx'
import { usePage } from '../shell/page.ts'
import { entriesOf } from '../transcript/entries.ts'
import { Images } from '../transcript/images.tsx'
import './composer.css'
import { ComposerButtons } from './composer-buttons.tsx'
import { keepDraft, readDraft } from './drafts.ts'
import { sendsPrompt } from './sends-prompt.ts'
import { sizeToText } from './size-to-text.ts'
import { useImages } from './use-images.ts'

/** Where prompts are written. Keyed by the conversation's name. */
export function Composer() {
  const page = usePage()
  const name = page.name.value
  const [text, setText] = useState(() => readDraft(name))
  const pictures = useImages()
  const field = useRef<HTMLTextAreaElement>(null)
  const runs = page.runs.value
  const isEmpty = text.trim() === '' && pictures.images.length === 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text has another height
  useLayoutEffect(() => {
    if (field.current) sizeToText(field.current)
  }, [text])
  useEffect(() => {
    // On a phone the keyboard would cover the page.
    if (!matchMedia('(pointer: coarse)').matches) field.current?.focus()
  }, [])
  useEffect(() => {
    const timer = setTimeout(() => keepDraft(name, text), 300)
    return () => clearTimeout(timer)
  }, [name, text])

  const send = () => {
    if (isEmpty || pictures.isReading) return
    const { images } = pictures
    page.send(images.length === 0 ? text : [{ role: 'user', content: text, images }])
    setText('')
    keepDraft(name, '')
    pictures.clear()
    field.current?.focus()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (sendsPrompt(event, page.preferences.enterSends.peek())) {
      event.preventDefault()
      send()
    }
    if (event.key === 'ArrowUp' && text === '') {
      const prompt = entriesOf(page.state.peek()).findLast(({ kind }) => kind === 'prompt')
      if (!prompt) return
      event.preventDefault()
      page.editing.value = prompt.key
    }
    if (event.key === 'Escape' && runs) void page.attempt(() => page.view.peek().stop())
  }
  return (
    <form
      class="composer"
      aria-label="Prompt"
      data-dropping={pictures.isDropping}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
      {...pictures.dropHandlers}
    >
      {pictures.images.length > 0 && <Images images={pictures.images} onRemove={pictures.remove} />}
      <ComposerNote hasImages={pictures.images.length > 0} problem={pictures.problem} />
      <textarea
        ref={field}
        id="prompt"
        rows={1}
        dir="auto"
        placeholder="Ask something…"
        aria-label="Your prompt"
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={pictures.onPaste}
      />
      <ComposerButtons isEmpty={isEmpty} runs={runs} onFiles={pictures.add} />
    </form>
  )
}

/** What has to be known before this is sent. */
function ComposerNote({ hasImages, problem }: { hasImages: boolean; problem: string }) {
  const page = usePage()
  const model = currentModel(page)
  const isBlind = hasImages && model?.capabilities !== undefined && !model.capabilities.includes('vision')
  if (problem !== '')
    return (
      <p class="note" role="alert">
        {problem}
      </p>
    )
  return isBlind ? <p class="note">{model?.name} cannot see images. It gets the text alone.</p> : null
}
