import { visibleParts } from './characters.ts'

/** A text in which nothing is hidden: control characters are shown by their code. */
export function VisibleText({ text }: { text: string }) {
  const parts = visibleParts(text)
  return (
    <>
      {parts.map((part) =>
        typeof part === 'string' ? (
          part
        ) : (
          <span class="control" title="A character that cannot be seen">
            {part.code}
          </span>
        ),
      )}
    </>
  )
}
