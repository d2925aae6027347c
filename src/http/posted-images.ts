import { ChatterdError } from '../protocol/errors.ts'

/** What a data URL (RFC 2397) has before its base64. */
const dataUrl = /^data:image\/[\w.+-]{1,64};base64,/

/**
 * Images as engines take them: base64 (RFC 4648, section 4), without the beginning of a data URL. Throws `invalid-request` for another
 * text: an engine would refuse the prompt. `path`: where the images are in the request, for the error.
 */
export function imagesOf(images: readonly string[], path: string): string[] {
  return images.map((image, index) => {
    const text = image.slice(dataUrl.exec(image)?.[0].length ?? 0)
    // Lines may be broken, as MIME breaks them.
    const base64 = text.includes('\n') ? text.replace(/[\r\n]/g, '') : text
    if (isBase64(base64)) return base64
    throw new ChatterdError('invalid-request', `${path}.${index}: an image in base64 is expected.`)
  })
}

/** True for base64 with its padding. Decoding leaves out what is no digit, and is several times as fast as a regular expression. */
function isBase64(text: string): boolean {
  if (text === '' || text.length % 4 !== 0) return false
  // Of what is not ASCII, Node takes the low byte; and `-` and `_` are digits of base64url.
  if (Buffer.byteLength(text) !== text.length || text.includes('-') || text.includes('_')) return false
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return Buffer.from(text, 'base64').length === (text.length / 4) * 3 - padding
}
