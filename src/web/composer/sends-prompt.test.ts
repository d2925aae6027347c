import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { sendsPrompt } from './sends-prompt.ts'

const enter = {
  key: 'Enter',
  isComposing: false,
  shiftKey: false,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
}

describe('The enter key', () => {
  it('sends, and begins a line with Shift', () => {
    assert.equal(sendsPrompt(enter, true), true)
    assert.equal(sendsPrompt({ ...enter, shiftKey: true }, true), false)
    assert.equal(sendsPrompt({ ...enter, key: 'a' }, true), false)
  })

  it('begins a line where that was chosen, and sends with Ctrl', () => {
    assert.equal(sendsPrompt(enter, false), false)
    assert.equal(sendsPrompt({ ...enter, ctrlKey: true }, false), true)
    assert.equal(sendsPrompt({ ...enter, metaKey: true }, false), true)
  })

  it('ends a word of an input method without sending', () => {
    assert.equal(sendsPrompt({ ...enter, isComposing: true }, true), false)
  })
})
