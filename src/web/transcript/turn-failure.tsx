import { adviceFor } from '../shell/error-advice.ts'
import { Icon } from '../shell/icons.tsx'
import type { Page } from '../shell/page.ts'
import { usePage } from '../shell/page.ts'
import { RevealedText } from '../shell/revealed-text.tsx'

/** Why the newest turn has failed, and what can be done. */
export function TurnFailure() {
  const page = usePage()
  const { turn, failure } = page.state.value
  const error = turn?.status === 'failed' ? turn.error : turn === undefined ? failure?.error : undefined
  const status =
    turn?.status === 'interrupted' ? 'interrupted' : turn === undefined ? failure?.status : undefined
  if (error === undefined && status !== 'interrupted') return null
  const { title, advice, retry } = adviceFor(error?.code ?? 'turn-lost')
  return (
    <section class="failure" role="alert">
      <Icon name="alert" />
      <div>
        <p class="strong">{title}</p>
        {error?.detail && (
          <p class="detail" dir="auto">
            <RevealedText prose text={error.detail.slice(0, 1_000)} />
          </p>
        )}
        <p>{advice}</p>
      </div>
      {retry && (
        <button type="button" onClick={() => tryAgain(page)}>
          Try again
        </button>
      )}
    </section>
  )
}

/** Sends the newest prompt again: what the server has refused as it was, and what it has stored by its number. */
function tryAgain(page: Page): void {
  const { turn, sent, messages } = page.state.peek()
  if (turn !== undefined && sent !== undefined) {
    page.view.peek().dismiss()
    page.send([{ role: 'user', ...sent }])
    return
  }
  const prompt = messages.findLast(({ role }) => role === 'user')
  if (prompt === undefined) return
  const { seq, content, images = [], refused } = prompt
  if (refused) page.send([{ role: 'user', content, images }], { after: seq - 1 })
  else page.send([], { after: seq })
}
