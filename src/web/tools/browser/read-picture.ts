import { describePixels, type PictureColours } from './describe-picture.ts'

/** What the model gets of a picture. */
export interface PictureAbout extends PictureColours {
  name: string
  /** `image/png`. */
  type: string
  bytes: number
  /** In pixels. */
  width: number
  height: number
  note: string
}

/** `preview`: a small copy, as a URL to be revoked. */
export interface PickedPicture {
  preview: string
  about: PictureAbout
}

const previewSize = 320

/** Reads a file as a picture, and shrinks it; undefined where the browser cannot. */
export async function readPicture(file: File): Promise<PickedPicture | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined)
  if (!bitmap) return undefined
  const { width, height } = bitmap
  const scale = Math.min(1, previewSize / Math.max(width, height))
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(width * scale))
  canvas.height = Math.max(1, Math.round(height * scale))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const pixels = context?.getImageData(0, 0, canvas.width, canvas.height).data
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve))
  if (!pixels || !blob) return undefined
  const about = {
    ...{ name: file.name, type: file.type, bytes: file.size, width, height },
    ...describePixels(pixels),
    note: 'The picture itself is not part of this result.',
  }
  return { preview: URL.createObjectURL(blob), about }
}
