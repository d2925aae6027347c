import { useEffect, useState } from 'preact/hooks'

/** So long, in milliseconds, this tab may take to run the call itself. */
const grace = 1000

/** For a call that waits for another tab or app. */
export function Elsewhere({ onTake }: { onTake(): Promise<void> }) {
  const [shown, setShown] = useState(false)
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), grace)
    return () => clearTimeout(timer)
  }, [])
  if (!shown) return null
  const take = () =>
    onTake().catch((cause) => setProblem(cause instanceof Error ? cause.message : String(cause)))
  return (
    <p class="call-elsewhere hint">
      Waits for the tab or app that sent the prompt.{' '}
      <button type="button" class="quiet tool-button" onClick={take}>
        Answer here
      </button>
      {problem !== undefined && <span class="tool-problem"> {problem}</span>}
    </p>
  )
}
