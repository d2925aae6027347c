import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { marked } from 'marked'
import { type Block, BlockSplitter } from './split-blocks.ts'

function split(text: string): readonly Block[] {
  return new BlockSplitter().split(text)
}

function html(blocks: readonly Block[]): string {
  const parts = blocks.map((block) => {
    if (block.kind === 'markdown') return marked.parse(block.text, { async: false })
    const fence = '`'.repeat(20)
    return marked.parse(`${fence}${block.language}\n${block.text}\n${fence}`, { async: false })
  })
  return parts.join('').replace(/\s+/g, '')
}

const line = fc.oneof(
  fc.constantFrom('', '', '  ', 'some text', '- item', '* item', '1. one', '   more of it', '# heading'),
  fc.constantFrom('> quoted', '---', '===', '| a | b |', '|---|---|', '```', '```js', '~~~', 'const a = 1'),
)

describe('Markdown that is cut into blocks', () => {
  it('has paragraphs, lists and code as blocks of their own', () => {
    assert.deepEqual(split('One\ntwo\n\n- a\n\n- b\n\n  more\n\nEnd\n```js\nlet a\n\nlet b\n```\nAfter'), [
      { kind: 'markdown', start: 0, text: 'One\ntwo\n\n' },
      { kind: 'markdown', start: 9, text: '- a\n\n- b\n\n  more\n\n' },
      { kind: 'markdown', start: 27, text: 'End\n' },
      { kind: 'code', start: 31, text: 'let a\n\nlet b', language: 'js', closed: true },
      { kind: 'markdown', start: 54, text: 'After' },
    ])
  })

  it('shows code before its fence is closed', () => {
    assert.deepEqual(split('```py\nprint(1)\npri'), [
      { kind: 'code', start: 0, text: 'print(1)\npri', language: 'py', closed: false },
    ])
  })

  it('leaves code in a list to the list', () => {
    const text = '1. one\n\n   ```js\n   let a\n\n   let b\n   ```\n2. two\n'
    assert.deepEqual(split(text), [{ kind: 'markdown', start: 0, text }])
  })

  it('is the same, byte by byte, as at once', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const text = lines.join('\n')
        const splitter = new BlockSplitter()
        for (let end = 1; end < text.length; end++) splitter.split(text.slice(0, end))
        assert.deepEqual(splitter.split(text), split(text))
      }),
    )
  })

  it('means what it means as a whole', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 9 }), (lines) => {
        const text = lines.join('\n')
        assert.equal(html(split(text)), marked.parse(text, { async: false }).replace(/\s+/g, ''))
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps the blocks that are finished as the same objects', () => {
    const splitter = new BlockSplitter()
    const [first] = splitter.split('One\n\nTwo\n')
    const [again, second] = splitter.split('One\n\nTwo\nand more')
    assert.equal(again, first)
    assert.deepEqual(second, { kind: 'markdown', start: 5, text: 'Two\nand more' })
  })

  it('begins anew where the text is another one', () => {
    const splitter = new BlockSplitter()
    splitter.split('One\n\nTwo')
    assert.deepEqual(splitter.split('Else'), [{ kind: 'markdown', start: 0, text: 'Else' }])
  })
})
