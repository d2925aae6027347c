import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fitSize } from './fit-size.ts'

describe('An image that is sent', () => {
  it('keeps its shape and has no side that is too long', () => {
    assert.deepEqual(fitSize(4_000, 3_000), { width: 1_280, height: 960 })
    assert.deepEqual(fitSize(3_000, 4_000), { width: 960, height: 1_280 })
  })

  it('is not made larger, and has at least one pixel', () => {
    assert.deepEqual(fitSize(300, 200), { width: 300, height: 200 })
    assert.deepEqual(fitSize(100_000, 1), { width: 1_280, height: 1 })
    assert.deepEqual(fitSize(0, 0), { width: 1, height: 1 })
  })
})
