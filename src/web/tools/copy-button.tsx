import { useEffect, useState } from 'preact/hooks'
import { writeClipboard } from './write-clipboard.ts'

/** Copies what `text` returns when it is clicked, and says so. */
export function CopyButton({ text, label = 'Copy' }: { text: () => string; label?: string }) {
  const [said, say] = useState<string>()
  useEffect(() => {
    const timer = said === undefined ? undefined : setTimeout(() => say(undefined), 2000)
    return () => clearTimeout(timer)
  }, [said])
  const copy = async () => say((await writeClipboard(text())) ? 'Copied' : 'Not allowed here')
  return (
    <button type="button" class="quiet tool-button" onClick={copy}>
      <span aria-live="polite">{said ?? label}</span>
    </button>
  )
}
