/** A result of a tool that has images: models that see get these beside the text, which names them for all others. */
export class TextWithImages {
  readonly text: string
  /** Base64. */
  readonly images: readonly string[]

  constructor(text: string, images: readonly string[]) {
    this.text = text
    this.images = images
  }
}
