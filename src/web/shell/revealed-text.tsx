import { revealHidden } from './hidden-characters.ts'

/** A text in which nothing is hidden: characters that cannot be seen are shown by their names. `prose`: but for what a text of a language needs. */
export function RevealedText({ text, prose = false }: { text: string; prose?: boolean }) {
  return (
    <>
      {revealHidden(text, prose).map((part, index) =>
        part.hidden ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text keep their order
          <span key={index} class="hidden-characters" title="Characters that cannot be seen">
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </>
  )
}
