import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nextSentences } from './sentences.ts'

/** What is read out of a text that comes in these pieces. */
function heard(...pieces: string[]): string[] {
  const all: string[] = []
  let text = ''
  let from = 0
  for (const [index, piece] of pieces.entries()) {
    text += piece
    const { sentences, next } = nextSentences(text, from, index === pieces.length - 1)
    if (sentences !== '') all.push(sentences)
    from = next
  }
  return all
}

describe('An answer that is read out', () => {
  it('is read by sentence', () => {
    assert.deepEqual(heard('It', ' is mild', '. And', ' it rains', '! Take', ' a coat'), [
      'It is mild.',
      'And it rains!',
      'Take a coat',
    ])
  })

  it('does not stop at every point', () => {
    assert.deepEqual(heard('It is 51', '.', '3 degrees', '.', ' Really.'), ['It is 51.3 degrees. Really.'])
  })

  it('is read without marks', () => {
    assert.deepEqual(
      heard('## Head\n\n- **one** of `them`\n- [two](https://example.com)\n', '```js\nlet a\n```\n'),
      ['Head one of them two', 'let a'],
    )
  })

  it('is read in pieces where it has no end', () => {
    const text = 'word '.repeat(100)
    assert.deepEqual(nextSentences(text, 0).next, 500)
    assert.deepEqual(nextSentences('a'.repeat(400), 0).next, 400)
  })
})
