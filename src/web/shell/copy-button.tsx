import { useEffect, useState } from 'preact/hooks'
import { Icon } from './icons.tsx'

/** A button that copies a text, and says for two seconds whether it did. */
export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2_000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () =>
    copyText(text).then(
      () => setState('copied'),
      () => setState('failed'),
    )
  const words = { idle: label, copied: 'Copied', failed: 'Could not copy' }[state]
  return (
    <button type="button" class="quiet icon-button" aria-label={words} title={words} onClick={copy}>
      <Icon name={state === 'copied' ? 'check' : state === 'failed' ? 'alert' : 'copy'} />
    </button>
  )
}

/** Pages that were not served over https have no clipboard of their own. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  const copied = document.execCommand('copy')
  area.remove()
  if (!copied) throw new Error('The browser did not copy the text.')
}
