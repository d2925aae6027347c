import { Countdown } from '../transcript/elapsed.tsx'
import { TurnProgress } from '../transcript/turn-progress.tsx'
import { Icon } from './icons.tsx'
import { usePage } from './page.ts'

/** What happens now, in the line above the composer: what stands between the reader and the server, or else how the turn goes. It has its room always, so that nothing moves. */
export function StatusLine() {
  const page = usePage()
  const { state } = page
  const { turn, status, connection, error } = state.value
  const runs = page.runs.value
  const lost =
    runs && turn?.connection.state === 'waiting'
      ? turn.connection
      : connection.state === 'waiting'
        ? connection
        : undefined
  const meanwhile = meanwhileOf(runs, turn?.id !== undefined)
  if (!page.online.value) return <Line>This device is offline.{meanwhile}</Line>
  if (lost)
    return (
      <Line>
        The connection is lost. Next attempt in <Countdown until={lost.until} />.{meanwhile}
      </Line>
    )
  if (status === 'failed') return <Line>The messages could not be read. {error?.detail}</Line>
  if (page.problem.value !== '')
    return (
      <Line
        onClose={() => {
          page.problem.value = ''
        }}
      >
        {page.problem.value}
      </Line>
    )
  return (
    <div class="status-line">
      <TurnProgress />
    </div>
  )
}

function meanwhileOf(runs: boolean, hasBegun: boolean): string {
  if (!runs) return ' What is loaded can still be read.'
  return hasBegun ? ' The answer goes on at the server meanwhile.' : ' Your prompt is sent once it is back.'
}

function Line({ children, onClose }: { children: preact.ComponentChildren; onClose?(): void }) {
  return (
    <div class="status-line trouble" role="status">
      <Icon name="alert" />
      <span>{children}</span>
      {onClose && (
        <button type="button" class="quiet icon-button" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      )}
    </div>
  )
}
