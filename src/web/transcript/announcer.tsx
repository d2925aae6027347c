import { useEffect, useRef, useState } from 'preact/hooks'
import { usePage } from '../shell/page.ts'
import { hasEnded } from './entries.ts'
import { nextSentences } from './sentences.ts'

/** Reads the answer out, for those who use a screen reader: by sentence, not by token. */
export function Announcer() {
  const page = usePage()
  const { turn } = page.state.value
  const reply = turn?.replies.at(-1)
  const [words, setWords] = useState('')
  const read = useRef({ startedAt: 0, next: 0 })
  const text = reply?.text ?? ''
  const startedAt = reply?.startedAt ?? 0
  const ended = reply?.complete === true || (turn !== undefined && hasEnded(turn.status))
  useEffect(() => {
    if (startedAt === 0) return
    if (read.current.startedAt !== startedAt) read.current = { startedAt, next: 0 }
    const { sentences, next } = nextSentences(text, read.current.next, ended)
    read.current.next = next
    if (sentences !== '') setWords(sentences)
  }, [text, startedAt, ended])
  return (
    <div class="visually-hidden" aria-live="polite" aria-atomic="true">
      {words}
    </div>
  )
}
