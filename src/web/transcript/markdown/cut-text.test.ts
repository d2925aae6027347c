import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cutText } from './cut-text.ts'

describe('A long text', () => {
  it('is cut into pieces that are the text again', () => {
    for (const part of ['a', 'word ', 'line\n', '😀', '\n', ' ']) {
      const text = part.repeat(10_001)
      const pieces = cutText(text)
      assert.equal(pieces.join(''), text)
      assert.ok(pieces.every((piece) => piece.length <= 4_000 && piece.isWellFormed()))
      assert.ok(pieces.length <= text.length / 2_000 + 2)
    }
  })

  it('stays whole where it is short', () => {
    assert.deepEqual(cutText('short'), ['short'])
    assert.deepEqual(cutText(''), [''])
  })

  it('is cut at the ends of lines, and else at spaces', () => {
    assert.equal(cutText(`${'a '.repeat(100)}\n${'b '.repeat(3_000)}`)[0], `${'a '.repeat(100)}\n`)
    assert.match(cutText('word '.repeat(2_000))[0] ?? '', /word $/)
  })
})
