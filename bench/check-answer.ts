import { tokenText } from './bench-model.ts'

/** Throws where an event stream does not hold exactly these tokens, in order, and one last line after them. */
export function checkAnswer(body: string, tokens: number): void {
  let text = ''
  let ends = 0
  for (const event of body.split('\n\n')) {
    const data = /^data: ?(.*)$/m.exec(event)?.[1]
    if (data === undefined) continue
    const line = JSON.parse(data)
    if (line.error !== undefined) throw new Error(`the stream ended with an error: ${line.error}`)
    text += line.message.content
    if (line.done) ends++
  }
  const expected = Array.from({ length: tokens }, (_, place) => tokenText(place)).join('')
  if (text !== expected) throw new Error(`of ${expected.length} characters ${text.length} came, or others`)
  if (ends !== 1) throw new Error(`${ends} last lines came, where one was expected`)
}
