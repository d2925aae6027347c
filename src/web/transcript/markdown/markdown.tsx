import type { VNode } from 'preact'
import { useRef } from 'preact/hooks'
import { AsWritten } from './as-written.tsx'
import { CodeBlock } from './code-block.tsx'
import { type Definitions, readMarkdown } from './read-markdown.ts'
import { type Block, BlockSplitter } from './split-blocks.ts'
import { type RenderContext, renderTokens } from './tokens.tsx'

interface Rendered {
  block: Block
  growing: boolean
  /** Of its last heading. */
  level: number
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
    let level = 1
    for (const block of blocks) {
      const before = this.#blocks.get(block.start)
      const growing = textGrows && block === blocks.at(-1)
      const same = before !== undefined && before.growing === growing && isSame(before.block, block)
      const context = { growing, level }
      const element = same ? before.element : this.#element(block, context)
      level = same ? before.level : context.level
      rendered.set(block.start, { block, growing, level, element })
    }
    this.#blocks = rendered
    return [...rendered.values()].map(({ element }) => element)
  }

  #element(block: Block, context: RenderContext): VNode {
    const { start, text } = block
    if (block.kind === 'code')
      return (
        <CodeBlock
          key={start}
          code={text}
          language={block.language}
          closed={block.closed || !context.growing}
        />
      )
    const tokens = readMarkdown(text, this.#definitions)
    return (
      <div key={start} class="block">
        {tokens ? renderTokens(tokens, context) : <AsWritten text={text} />}
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
