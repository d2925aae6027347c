import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icons.tsx'
import { writeClipboard } from './write-clipboard.ts'

/** A button that copies a text, and says for two seconds whether it did. A text that takes long to make is made when it is clicked. */
export function CopyButton({ text, label = 'Copy' }: { text: string | (() => string); label?: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2_000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = async () => {
    const copied = await writeClipboard(typeof text === 'string' ? text : text())
    setState(copied ? 'copied' : 'failed')
  }
  const words = { idle: label, copied: 'Copied', failed: 'Could not copy' }[state]
  return (
    <button type="button" class="quiet icon-button" aria-label={words} title={words} onClick={copy}>
      <Icon name={state === 'copied' ? 'check' : state === 'failed' ? 'alert' : 'copy'} />
    </button>
  )
}
