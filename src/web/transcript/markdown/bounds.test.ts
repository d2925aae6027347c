import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isReadable } from './bounds.ts'

describe('Text that is read as Markdown', () => {
  it('is what people and models write', () => {
    const item = '- **one** with `code` and [a link](https://example.com)\n'
    assert.ok(isReadable(item.repeat(200)))
    assert.ok(isReadable('> > a quote of a quote\n'))
    assert.ok(isReadable('- - - - - - - - -\n* * *\n'))
    assert.ok(isReadable(`| a | b |\n|---|---|\n${'| 1 | 2 |\n'.repeat(800)}`))
  })

  it('is not nested without end', () => {
    for (const marker of ['>', '> ', '- ', '* ', '+ ', '1. ', '12) ', '> - ', '>1. ']) {
      assert.ok(!isReadable(marker.repeat(1_000)), marker)
      assert.ok(!isReadable(`text\n\n${marker.repeat(40)}`), marker)
    }
  })

  it('is not made of marks, and not longer than can be read in a moment', () => {
    for (const mark of ['*a ', '_', '[', '![', '`', '<a ', '&', 'a@', '*a_b*c_', '\\'])
      assert.ok(!isReadable(mark.repeat(5_000)), mark)
    assert.ok(!isReadable('a million words '.repeat(62_500)))
  })
})
