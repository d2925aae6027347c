import { RevealedText } from '../../shell/revealed-text.tsx'
import { cutText } from './cut-text.ts'

/** A text that is not read as Markdown. What of a long one is not seen is not laid out. */
export function AsWritten({ text }: { text: string }) {
  return (
    <p class="as-written">
      {cutText(text).map((piece) => (
        // Each finds its own direction: that of the whole would be looked for again with each piece.
        <span class="piece" dir="auto">
          <RevealedText prose text={piece} />
        </span>
      ))}
    </p>
  )
}
