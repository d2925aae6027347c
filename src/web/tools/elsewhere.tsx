import { useState } from 'preact/hooks'

/** For a call that waits for another tab or app: this one can answer in its place. */
export function Elsewhere({ onTake }: { onTake(): Promise<void> }) {
  const [problem, setProblem] = useState<string>()
  const take = () =>
    onTake().catch((cause) => setProblem(cause instanceof Error ? cause.message : String(cause)))
  return (
    <p class="call-elsewhere hint">
      It waits for the tab or app that sent the prompt.{' '}
      <button type="button" class="quiet tool-button" onClick={take}>
        Answer here
      </button>
      {problem !== undefined && <span class="tool-problem"> {problem}</span>}
    </p>
  )
}
