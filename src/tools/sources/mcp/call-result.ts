import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client'
import { imageSize } from 'image-size'
import { TextWithImages } from '../../text-with-images.ts'

/**
 * What the model reads of a result: its blocks, a line each at least, and what is structured where no block is text; and its images.
 *
 * @throws Error where the tool has failed, with the server's words
 */
export function callResult(
  { content, structuredContent, isError }: CallToolResult,
  redact: (text: string) => string,
): TextWithImages | string {
  const hasText = content.some(({ type }) => type === 'text')
  const structured = hasText || structuredContent === undefined ? [] : [JSON.stringify(structuredContent)]
  const text = redact([...content.map(blockText), ...structured].join('\n'))
  if (isError) throw new Error(text === '' ? 'the server does not say why' : text)
  const images = content.flatMap((block) => (block.type === 'image' ? block.data : []))
  return images.length > 0 ? new TextWithImages(text, images) : text
}

function blockText(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text
    case 'image':
      return imageText(block.data)
    case 'audio':
      return `[audio, ${block.mimeType}]`
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[resource, ${block.resource.uri}]`
    case 'resource_link':
      return `[resource, ${block.title ?? block.name}, ${block.uri}]`
  }
}

function imageText(base64: string): string {
  try {
    const { width, height } = imageSize(Buffer.from(base64, 'base64'))
    if (width > 0 && height > 0) return `[image, ${width}×${height}]`
  } catch {
    // Its format is not known, or it is cut off.
  }
  return '[image]'
}
