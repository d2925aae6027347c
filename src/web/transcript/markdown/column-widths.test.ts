import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lexer, type Token, type Tokens } from 'marked'
import { columnWidths, hasFirstRow } from './column-widths.ts'

function tableOf(text: string): Tokens.Table {
  const table = lexer(text).find((token: Token): token is Tokens.Table => token.type === 'table')
  return table ?? assert.fail('no table')
}

describe('A table that grows', () => {
  const start = '| Hour | Temperature |\n|---|---|\n| 12:00 and later | 51 |\n'

  it('keeps its columns', () => {
    const widths = columnWidths(tableOf(start))
    assert.deepEqual(widths, [18, 14])
    assert.deepEqual(columnWidths(tableOf(`${start}| ${'long '.repeat(50)} | 2 |\n`)), widths)
  })

  it('has no column without end, and none that is too narrow', () => {
    assert.deepEqual(columnWidths(tableOf(`| a | b |\n|---|---|\n| ${'x'.repeat(500)} | 1 |`)), [39, 7])
  })

  it('has room for the words of its last column', () => {
    assert.deepEqual(columnWidths(tableOf('| a | b |\n|---|---|\n| 1 | clear |')), [7, 27])
    assert.deepEqual(columnWidths(tableOf('| a | b |\n|---|--:|\n| 1 | clear |')), [7, 8])
  })

  it('is shown once its first row is complete', () => {
    assert.equal(hasFirstRow(start), true)
    for (const end of [10, 25, 40, start.length - 1]) assert.equal(hasFirstRow(start.slice(0, end)), false)
  })
})
