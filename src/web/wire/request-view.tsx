import { useMemo, useState } from 'preact/hooks'
import type { TurnRequest } from '../../client/types.ts'
import { CopyButton } from '../shell/copy-button.tsx'
import { ScrollBox } from '../tools/scroll-box.tsx'
import { cutText } from '../tools/values/json-text.ts'
import { requestCode } from './request-code.ts'

const kinds = [
  ['curl', 'curl'],
  ['fetch', 'fetch'],
  ['sdk', 'SDK'],
] as const

const longestShown = 20_000

/** The request of a turn as a command, and as code: shown and to be copied. */
export function RequestView({ request }: { request: TurnRequest }) {
  const [kind, setKind] = useState<'curl' | 'fetch' | 'sdk'>('curl')
  const code = useMemo(() => requestCode(request, location.origin)[kind], [request, kind])
  const { text, left } = cutText(code, longestShown)
  return (
    <div class="wire-request">
      <div class="wire-kinds">
        {kinds.map(([name, label]) => (
          <button
            key={name}
            type="button"
            class="quiet tool-button"
            aria-pressed={kind === name}
            onClick={() => setKind(name)}
          >
            {label}
          </button>
        ))}
        <CopyButton key={kind} text={code} />
      </div>
      <ScrollBox class="json-text wrapped" label="Code">
        <bdi>{text}</bdi>
      </ScrollBox>
      {left > 0 && (
        <p class="hint">{`… ${left.toLocaleString('en')} more characters, which are copied too`}</p>
      )}
    </div>
  )
}
