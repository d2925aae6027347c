import { fitSize } from './fit-size.ts'

/** The longest file that is tried, in bytes. */
const largestFile = 50_000_000
const quality = 0.85

/** An image as it is sent: base64 of a JPEG, or of a PNG where it has transparent parts. Throws with words for people where it cannot be read. */
export async function shrinkImage(file: Blob): Promise<string> {
  if (file.size > largestFile) throw new Error('The image is larger than 50 MB.')
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('The browser cannot read this as an image.')
  })
  const { width, height } = fitSize(bitmap.width, bitmap.height)
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (!context) throw new Error('The browser cannot shrink images.')
  context.drawImage(bitmap, 0, 0, width, height)
  bitmap.close()
  // Models that see images read these two types; whatever else the file was has been decoded.
  const type = file.type === 'image/png' || file.type === 'image/gif' ? 'image/png' : 'image/jpeg'
  const blob = await canvas.convertToBlob({ type, quality })
  return toBase64(new Uint8Array(await blob.arrayBuffer()))
}

function toBase64(bytes: Uint8Array): string {
  const step = 0x8000
  let binary = ''
  for (let index = 0; index < bytes.length; index += step)
    binary += String.fromCharCode(...bytes.subarray(index, index + step))
  return btoa(binary)
}
