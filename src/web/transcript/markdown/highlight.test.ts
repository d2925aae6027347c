import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CodePart, highlight } from './highlight.ts'

function textOf(parts: readonly CodePart[]): string {
  return parts.map((part) => (typeof part === 'string' ? part : textOf(part.parts))).join('')
}

describe('Highlighted code', () => {
  it('says what its parts are', () => {
    assert.deepEqual(highlight('let a = "<b>"', 'js'), [
      { scope: 'keyword', parts: ['let'] },
      ' a ',
      '= ',
      { scope: 'string', parts: ['"<b>"'] },
    ])
  })

  it('has the text of the code, in each language and by its other names', () => {
    const code = 'class A { "b" } // c\n# d & <e f="g">\n\tselect 1;'
    const names = ['bash', 'sh', 'cpp', 'c++', 'css', 'go', 'javascript', 'js', 'jsx', 'json', 'python', 'py']
    for (const name of [...names, 'rust', 'rs', 'sql', 'typescript', 'ts', 'xml', 'html', 'yaml', 'yml'])
      assert.equal(textOf(highlight(code, name) ?? []), code, name)
  })

  it('is plain where the language is unknown', () => {
    for (const name of ['', 'brainfuck', 'constructor', '__proto__'])
      assert.equal(highlight('a', name), undefined)
  })
})
