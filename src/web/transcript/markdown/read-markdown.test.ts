import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Token } from 'marked'
import { readMarkdown } from './read-markdown.ts'

/** The types of all tokens, in order. */
function types(tokens: readonly Token[] | undefined): string[] {
  return (tokens ?? []).flatMap((token) => [token.type, ...types('tokens' in token ? token.tokens : [])])
}

function read(text: string) {
  return readMarkdown(text, {})
}

describe('Markdown of a model', () => {
  it('has no HTML in it', () => {
    for (const text of [
      '<script>alert(1)</script>',
      'a <b>c</b> <img src=x onerror=y>',
      '<!-- a -->',
      '<div>\n\nb\n</div>',
    ])
      assert.ok(!types(read(text)).includes('html'), text)
  })

  it('leaves mathematics as it is written', () => {
    const [paragraph] = read('so \\(a_b + c_d\\) and $x_1 * y_1 * z$, which costs $5 and $6') ?? []
    const tokens = paragraph && 'tokens' in paragraph ? (paragraph.tokens ?? []) : []
    assert.deepEqual(
      tokens.filter(({ type }) => type === 'math').map(({ raw }) => raw),
      ['\\(a_b + c_d\\)', '$x_1 * y_1 * z$'],
    )
    assert.ok(!types(tokens).includes('em'))
  })

  it('knows what was defined before', () => {
    const definitions = {}
    readMarkdown('[docs]: https://example.com', definitions)
    assert.ok(types(readMarkdown('see [the docs][docs]', definitions)).includes('link'))
  })

  it('is text where it would take too long', () => {
    assert.equal(read('>'.repeat(1_000_000)), undefined)
    assert.equal(read('[a]('.repeat(20_000)), undefined)
  })
})
