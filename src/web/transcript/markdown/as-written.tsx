import { RevealedText } from '../../shell/revealed-text.tsx'
import { cutText } from './cut-text.ts'

/** A text that is not read as Markdown. What of a long one is not seen is not laid out. */
export function AsWritten({ text }: { text: string }) {
  return (
    <p class="as-written" dir="auto">
      {cutText(text).map((piece) => (
        <span class="piece">
          <RevealedText prose text={piece} />
        </span>
      ))}
    </p>
  )
}
