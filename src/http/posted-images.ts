import { ChatterdError } from '../protocol/errors.ts'

/** What a data URL (RFC 2397) has before its base64. */
const dataUrl = /^data:image\/[\w.+-]{1,64};base64,/

/**
 * Images as engines take them: base64 (RFC 4648, section 4), without the beginning of a data URL. Throws `invalid-request` for another
 * text: an engine would refuse the prompt.
 */
export function imagesOf(images: readonly string[]): string[] {
  return images.map((image, index) => {
    const text = image.slice(dataUrl.exec(image)?.[0].length ?? 0)
    // Lines may be broken, as MIME breaks them.
    const base64 = text.includes('\n') ? text.replace(/[\r\n]/g, '') : text
    if (isBase64(base64)) return base64
    throw new ChatterdError('invalid-request', `images.${index}: an image in base64 is expected.`)
  })
}

const notBase64 = /[^A-Za-z0-9+/]/

/** Only the padding at the end may be something else than digits. */
function isBase64(text: string): boolean {
  const end = text.search(notBase64)
  const padding = end < 0 ? '' : text.slice(end)
  return (
    text.length > 0 &&
    text.length % 4 === 0 &&
    end !== 0 &&
    (padding === '' || padding === '=' || padding === '==')
  )
}
