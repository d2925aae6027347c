import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decodeReferences } from './references.ts'

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
