/** An event, with the `id` that it has itself, or a comment. */
export type SseItem = { event: string; data: string; id: string } | { comment: string }

/** Characters of one event. Those of chatterd are as long as the longest reply, whose limit is 4 MiB unless it is set higher. */
const longestEvent = 64 * 1024 * 1024

export interface SseReader {
  /** Returns what is complete with these bytes. Throws an error at bytes that are no UTF-8, and at an event that is too long. */
  feed(bytes: Uint8Array): SseItem[]
}

/**
 * Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream), cut anywhere, in linear time. `retry`
 * is ignored, and an id is that of its event alone.
 */
export function createSseReader(longest = longestEvent): SseReader {
  // Leaves out a byte order mark at the beginning.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  /** Of a line that is not whole yet. */
  let parts: string[] = []
  let isAfterReturn = false
  let items: SseItem[] = []
  let event = ''
  let id = ''
  let data: string[] = []
  /** Characters and lines that are kept: of the line, and of the event's data. */
  let heldLine = 0
  let heldData = 0

  function checkHeld(): void {
    if (heldLine + heldData > longest) throw new Error(`An event is longer than ${longest} characters.`)
  }

  function dispatch(): void {
    if (data.length > 0) items.push({ event: event || 'message', data: data.join('\n'), id })
    event = ''
    id = ''
    data = []
    heldData = 0
  }

  function readLine(line: string): void {
    if (line === '') {
      dispatch()
      return
    }
    const colon = line.indexOf(':')
    const name = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (name === '') items.push({ comment: value })
    else if (name === 'event') event = value
    else if (name === 'id' && !value.includes('\0')) id = value
    else if (name === 'data') {
      data.push(value)
      heldData += value.length + 1
      checkHeld()
    }
  }

  function takePart(part: string): void {
    heldLine += part.length
    checkHeld()
    parts.push(part)
  }

  function endLine(): void {
    const line = parts.length === 1 ? parts[0] : parts.join('')
    parts = []
    heldLine = 0
    readLine(line ?? '')
  }

  return {
    feed(bytes) {
      let text = decoder.decode(bytes, { stream: true })
      items = []
      if (text === '') return items
      if (isAfterReturn && text[0] === '\n') text = text.slice(1)
      isAfterReturn = text.endsWith('\r')
      let start = 0
      for (const { 0: end, index } of text.matchAll(/\r\n?|\n/g)) {
        takePart(text.slice(start, index))
        endLine()
        start = index + end.length
      }
      if (start < text.length) takePart(text.slice(start))
      return items
    },
  }
}
