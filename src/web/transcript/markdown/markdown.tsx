import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { CodeBlock } from './code-block.tsx'
import { type Definitions, readMarkdown } from './read-markdown.ts'
import { type Block, BlockSplitter } from './split-blocks.ts'
import { renderTokens } from './tokens.tsx'
import { VisibleText } from './visible-text.tsx'

interface Rendered {
  block: Block
  growing: boolean
  element: VNode
}

/** What has been rendered of a text, by the start of each block. */
class Rendering {
  readonly #splitter = new BlockSplitter()
  readonly #definitions: Definitions = {}
  #blocks = new Map<number, Rendered>()

  /** A block that has not changed is the same element as before, which Preact then leaves alone. */
  render(text: string, textGrows: boolean): VNode[] {
    const blocks = this.#splitter.split(text)
    const rendered = new Map<number, Rendered>()
    for (const block of blocks) {
      const before = this.#blocks.get(block.start)
      const growing = textGrows && block === blocks.at(-1)
      const same = before !== undefined && before.growing === growing && isSame(before.block, block)
      rendered.set(block.start, same ? before : { block, growing, element: this.#element(block, growing) })
    }
    this.#blocks = rendered
    return [...rendered.values()].map(({ element }) => element)
  }

  #element(block: Block, growing: boolean): VNode {
    const { start, text } = block
    if (block.kind === 'code')
      return <CodeBlock key={start} code={text} language={block.language} closed={block.closed || !growing} />
    const tokens = readMarkdown(text, this.#definitions)
    return (
      <div key={start} class="block">
        {tokens ? (
          renderTokens(tokens, growing)
        ) : (
          <p class="as-written" dir="auto">
            <VisibleText text={text} />
          </p>
        )}
      </div>
    )
  }
}

function isSame(before: Block, now: Block): boolean {
  if (before === now) return true
  if (before.kind !== now.kind || before.text !== now.text) return false
  return before.kind !== 'code' || now.kind !== 'code' || before.closed === now.closed
}

/** Text of a model as Markdown. While it grows, only the block at its end is read and rendered again. */
export function Markdown({ text, growing }: { text: string; growing: boolean }) {
  const rendering = useRef<Rendering>(undefined)
  rendering.current ??= new Rendering()
  return <div class="prose">{rendering.current.render(text, growing)}</div>
}
