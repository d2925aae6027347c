import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client'
import { imageSize } from './image-size.ts'

/**
 * What the model reads of a result: its blocks, a line each at least, and what is structured where no block is text.
 *
 * @throws Error where the tool has failed, with the server's words
 */
export function callResult({ content, structuredContent, isError }: CallToolResult): string {
  const hasText = content.some(({ type }) => type === 'text')
  const structured = hasText || structuredContent === undefined ? [] : [JSON.stringify(structuredContent)]
  const text = [...content.map(blockText), ...structured].join('\n')
  if (isError) throw new Error(text === '' ? 'the server does not say why' : text)
  return text
}

function blockText(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text
    case 'image': {
      const size = imageSize(Buffer.from(block.data, 'base64'))
      return size ? `[image, ${size.width}×${size.height}]` : '[image]'
    }
    case 'audio':
      return `[audio, ${block.mimeType}]`
    case 'resource':
      return 'text' in block.resource ? block.resource.text : `[resource, ${block.resource.uri}]`
    case 'resource_link':
      return `[resource, ${block.title ?? block.name}, ${block.uri}]`
  }
}
