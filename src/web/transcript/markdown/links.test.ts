import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { safeLink } from './links.ts'

describe('A link in the text of a model', () => {
  it('shows its host beside its text', () => {
    assert.deepEqual(safeLink('https://example.com/a?b', 'the docs'), {
      href: 'https://example.com/a?b',
      host: 'example.com',
    })
  })

  it('shows it once', () => {
    for (const text of ['https://example.com/a', 'example.com', 'EXAMPLE.com/a'])
      assert.deepEqual(safeLink('https://example.com/a', text), { href: 'https://example.com/a' })
  })

  it('cannot lie about where it leads', () => {
    const lies: [string, string, string][] = [
      ['https://evil.example/', 'https://bank.example', 'evil.example'],
      ['https://bank.example@evil.example/', 'https://bank.example@evil.example/', 'evil.example'],
      ['https://bank.example.evil.example/', 'bank.example', 'bank.example.evil.example'],
      ['https://bank.example/', 'bank.example.evil.example', 'bank.example'],
      ['https://bаnk.example/', 'https://bаnk.example/', 'xn--bnk-6cd.example'],
      ['https:evil.example', 'bank.example', 'evil.example'],
      ['https:\\\\evil.example\\a', 'bank.example', 'evil.example'],
    ]
    for (const [address, text, host] of lies) assert.equal(safeLink(address, text)?.host, host, address)
  })

  it('leads to the web and to mail alone', () => {
    const others = [
      'javascript:alert(1)',
      'JaVaScRiPt:alert(1)',
      ' javascript:alert(1)',
      'java\nscript:alert(1)',
    ]
    const more = [
      '\u0001javascript:alert(1)',
      'vbscript:x',
      'data:text/html,x',
      'file:///etc/passwd',
      'blob:https://a/b',
    ]
    const relative = [
      '/chatterd/v1/turns',
      '#/c/home',
      '//evil.example/a',
      'a b',
      '',
      'http://',
      'tel:112',
      'about:blank',
    ]
    for (const address of [...others, ...more, ...relative])
      assert.equal(safeLink(address, 'text'), undefined, address)
    assert.equal(safeLink(`https://example.com/${'a'.repeat(5_000)}`, 'long'), undefined)
  })

  it('to mail shows the address, and what comes with it', () => {
    assert.deepEqual(safeLink('mailto:ann@example.com', 'ann@example.com'), {
      href: 'mailto:ann@example.com',
    })
    assert.equal(safeLink('mailto:eve@example.com', 'ann@example.com')?.host, 'eve@example.com')
    assert.equal(safeLink('mailto:ann@example.com?body=x', 'ann@example.com')?.host, 'ann@example.com')
  })
})
