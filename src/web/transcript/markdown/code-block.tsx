import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { CopyButton } from '../../shell/copy-button.tsx'
import { RevealedText } from '../../shell/revealed-text.tsx'
import type { CodePart } from './highlight.ts'

/** Longer code is shown without colours: finding them takes too long. */
const longestHighlighted = 20_000
/** So many lines are one element: of code that grows only the last of them changes. */
const linesTogether = 40

/** Code with its language and a button that copies it. Colours come once it is complete. */
export function CodeBlock({ code, language, closed }: { code: string; language: string; closed: boolean }) {
  const parts = useHighlighted(code, language.toLowerCase(), closed)
  return (
    <figure class="code">
      <figcaption>
        <span class="language">{language.slice(0, 30) || 'text'}</span>
        <CopyButton text={code} label="Copy code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <pre tabIndex={0}>
        <code>{parts ? <Parts parts={parts} /> : <Lines code={code} />}</code>
      </pre>
    </figure>
  )
}

function useHighlighted(code: string, language: string, closed: boolean): CodePart[] | undefined {
  const [parts, setParts] = useState<CodePart[]>()
  useEffect(() => {
    setParts(undefined)
    if (!closed || language === '' || code.length > longestHighlighted) return
    let wanted = true
    // Where it cannot be loaded, code is shown without colours.
    const load = import('./highlight.ts').then(({ highlight }) => highlight(code, language))
    load.then(
      (found) => wanted && setParts(found),
      () => undefined,
    )
    return () => {
      wanted = false
    }
  }, [code, language, closed])
  return parts
}

function Parts({ parts }: { parts: readonly CodePart[] }): ComponentChildren {
  return parts.map((part) => {
    if (typeof part === 'string') return <RevealedText prose text={part} />
    return (
      <span class={`code-${part.scope.split('.')[0]}`}>
        <Parts parts={part.parts} />
      </span>
    )
  })
}

function Lines({ code }: { code: string }): ComponentChildren {
  const pieces = piecesOf(code)
  if (pieces.length === 1) return <RevealedText prose text={code} />
  return pieces.map((piece) => (
    <span class="lines">
      <RevealedText prose text={piece} />
    </span>
  ))
}

function piecesOf(code: string): string[] {
  const pieces: string[] = []
  let start = 0
  while (start < code.length) {
    let end = start
    for (let line = 0; line < linesTogether && end >= 0; line++) end = nextLine(code, end)
    if (end < 0) end = code.length
    pieces.push(code.slice(start, end))
    start = end
  }
  return pieces.length === 0 ? [''] : pieces
}

/** Where the line after the one at `start` begins; -1 where there is none. */
function nextLine(code: string, start: number): number {
  const end = code.indexOf('\n', start)
  return end < 0 ? -1 : end + 1
}
