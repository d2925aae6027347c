import { revealHidden } from './hidden-characters.ts'

/** A text in which nothing is hidden: characters that cannot be seen are shown by their names. */
export function RevealedText({ text }: { text: string }) {
  return (
    <bdi>
      {revealHidden(text).map((part, index) =>
        part.hidden ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text keep their order
          <span key={index} class="hidden-characters" title="Characters that cannot be seen">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </bdi>
  )
}
