import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeReferences, visibleParts } from './characters.ts'

describe('Characters that cannot be seen', () => {
  it('are shown by their code', () => {
    assert.deepEqual(visibleParts('access\u202elevel\u2066!'), [
      'access',
      { code: 'U+202E' },
      'level',
      { code: 'U+2066' },
      '!',
    ])
    assert.deepEqual(visibleParts('a\u200bb\u{e0041}\u0000'), [
      'a',
      { code: 'U+200B' },
      'b',
      { code: 'U+E0041' },
      { code: 'U+0000' },
    ])
  })

  it('leave lines, tabs, emoji and other scripts as they are', () => {
    for (const text of ['', 'one\ntwo\tthree', '👩‍👩‍👧 ❤️', 'שלום, מה שלומך', 'می‌خواهم'])
      assert.deepEqual(visibleParts(text), [text])
  })
})

describe('Character references', () => {
  it('become characters', () => {
    assert.equal(
      decodeReferences('a &lt; b &amp;&amp; c &gt; d &#8364;&#x20AC; &hellip;'),
      'a < b && c > d €€ …',
    )
  })

  it('are decoded once', () => {
    assert.equal(decodeReferences('&amp;lt;script&amp;gt;'), '&lt;script&gt;')
  })

  it('stay as they are where nobody knows them', () => {
    for (const text of ['&nothing;', '&constructor;', '& amp;', '&amp', '&#;', '&#x;'])
      assert.equal(decodeReferences(text), text)
    assert.equal(decodeReferences('&#0;&#xD800;&#x110000;'), '\ufffd\ufffd\ufffd')
  })
})
