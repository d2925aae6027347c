import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { conversationHash, conversationOfHash, newName } from './route.ts'

describe('The address of a conversation', () => {
  it('leads to it, whatever its name', () => {
    const name = fc.string({ minLength: 1, maxLength: 50, unit: 'grapheme' })
    fc.assert(
      fc.property(name, (text) => {
        if (text === '.' || text === '..') return
        assert.equal(conversationOfHash(conversationHash(text)), text)
      }),
    )
  })

  it('of something else leads to none', () => {
    for (const hash of [
      '',
      '#',
      '#/',
      '#/c/',
      '#/c/a/b',
      '#/settings',
      '#/c/%',
      '#/c/%ff',
      '#/c/..',
      `#/c/${'a'.repeat(156)}`,
    ])
      assert.equal(conversationOfHash(hash), undefined, hash)
  })
})

describe('The name of a new conversation', () => {
  it('is ten letters and digits', () => {
    assert.match(newName(), /^[0-9a-z]{10}$/)
    assert.notEqual(newName(), newName())
  })
})
