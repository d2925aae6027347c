import { Icon } from '../shell/icons.tsx'
import { Elapsed, secondsOf } from './elapsed.tsx'
import { Markdown } from './markdown/markdown.tsx'

/** What the model has thought before it spoke, folded. */
export function Thinking(props: {
  text: string
  growing: boolean
  ms: number | undefined
  since: number | undefined
}) {
  const { text, growing, ms, since } = props
  return (
    <details class="thinking">
      <summary>
        <Icon name="right" />
        {growing ? 'Thinking' : 'Thought'}
        {growing && since !== undefined && (
          <>
            {' for '}
            <Elapsed since={since} />
          </>
        )}
        {!growing && ms !== undefined && ms >= 500 && ` for ${secondsOf(ms)}`}
      </summary>
      <div class="thinking-text">
        <Markdown text={text} growing={growing} />
      </div>
    </details>
  )
}
