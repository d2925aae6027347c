import { usePage } from '../shell/page.ts'
import { RevealedText } from '../shell/revealed-text.tsx'

/** Prompts that were sent while an answer is being written: they come after it. */
export function QueuedPrompts() {
  const { queued } = usePage().state.value
  return queued.map(({ sent, turn }) => (
    <article class="entry prompt queued" aria-label="You, waiting">
      <div class="bubble" dir="auto">
        <RevealedText prose text={sent?.content ?? ''} />
      </div>
      <p class="hint">
        {turn.position === undefined || turn.position === 1
          ? 'Comes next'
          : `Place ${turn.position} in the queue`}
      </p>
    </article>
  ))
}
