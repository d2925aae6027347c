import { useState } from 'preact/hooks'
import type { Json } from '../../client/types.ts'
import { CopyButton } from '../shell/copy-button.tsx'
import { ScrollBox } from './scroll-box.tsx'
import { describeValue, openedLimits } from './values/describe-value.ts'
import { cutText, prettyJson } from './values/json-text.ts'
import { ValueView } from './values/value-view.tsx'

const longestJson = 50_000

/** A value of a call, to be read, shown as JSON, and copied. */
export function ValueSection({ title, value }: { title: string; value: Json }) {
  const [asJson, setAsJson] = useState(false)
  return (
    <section class="call-section">
      <div class="call-section-head">
        <p class="call-title">{title}</p>
        <button
          type="button"
          class="quiet tool-button"
          aria-pressed={asJson}
          onClick={() => setAsJson(!asJson)}
        >
          JSON
        </button>
        <CopyButton text={() => (typeof value === 'string' ? value : prettyJson(value))} />
      </div>
      {asJson ? <JsonText value={value} /> : <ValueView node={describeValue(value, openedLimits)} />}
    </section>
  )
}

/** A value as indented JSON, which scrolls in itself. */
export function JsonText({ value }: { value: unknown }) {
  const { text, left } = cutText(prettyJson(value), longestJson)
  return (
    <>
      <ScrollBox class="json-text" label="JSON">
        <bdi>{text}</bdi>
      </ScrollBox>
      {left > 0 && (
        <div class="hint">{`… ${left.toLocaleString('en')} more characters, which are copied too`}</div>
      )}
    </>
  )
}
