import { useState } from 'preact/hooks'
import { RevealedText } from '../../shell/revealed-text.tsx'
import { writeClipboard } from '../../shell/write-clipboard.ts'
import type { Interaction } from '../interactions.ts'
import { ScrollBox } from '../scroll-box.tsx'

type CopyRequestProps = Pick<Interaction, 'answer' | 'refuse'> & { text: string }

/** Shows what would be copied, hidden characters too: it may end in a terminal. */
export function CopyRequest({ text, answer, refuse }: CopyRequestProps) {
  const [failed, setFailed] = useState(false)
  const copy = async () => {
    if (await writeClipboard(text)) answer({ copied: true, characters: text.length })
    else setFailed(true)
  }
  return (
    <div class="interaction">
      <p>Copy this to your clipboard?</p>
      <ScrollBox class="text-value exact" label="Text to copy">
        <bdi>
          <RevealedText text={text} />
        </bdi>
      </ScrollBox>
      <div class="interaction-buttons">
        <button type="button" class="primary" onClick={copy}>
          Copy
        </button>
        <button type="button" onClick={() => refuse('The user did not copy the text.')}>
          Don’t copy
        </button>
      </div>
      {failed && (
        <p class="tool-problem" role="alert">
          This browser does not let the page copy. Select the text and copy it yourself.
        </p>
      )}
    </div>
  )
}
