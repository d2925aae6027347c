import { asLine, cutText } from '../../../../protocol/cut-text.ts'

/**
 * The header `Content-Disposition` of a file for a conversation: its name in ASCII, and in UTF-8 for programs that read that (RFC 6266). Only
 * letters and digits are left of its title, so that the name is one on every system.
 */
export function attachment(title: string, extension: string): string {
  const words = asLine(title.replace(/[^\p{L}\p{M}\p{N}]+/gu, ' '))
  const name = cutText(words, { characters: 60, units: 80 }).replace('…', '') || 'conversation'
  const ascii = asLine(name.replace(/[^\w]+/g, ' ')) || 'conversation'
  const encoded = encodeURIComponent(`chat ${name}.${extension}`)
  return `attachment; filename="chat ${ascii}.${extension}"; filename*=UTF-8''${encoded}`
}
