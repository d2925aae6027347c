import { tokenText } from './bench-model.ts'

/** Throws where an event stream does not have exactly these tokens, in order, and one last line after them. */
export function checkResponse(body: string, tokens: number): void {
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
  checkText(text, tokens)
  if (ends !== 1) throw new Error(`${ends} last lines came, where one was expected`)
}

/** The same of the native dialect, whose events are numbered from 1. */
export function checkEvents(body: string, tokens: number): void {
  let text = ''
  let number = 0
  let last: string | undefined
  for (const event of body.split('\n\n')) {
    const [, id, name, data = ''] = /^id: \S+:(\d+)\nevent: (\S+)\ndata: (.*)$/.exec(event) ?? []
    if (id === undefined) continue
    number += 1
    if (Number(id) !== number) throw new Error(`event ${id} came instead of ${number}`)
    if (name === 'text-delta') text += JSON.parse(data).text
    last = name === 'turn-end' ? JSON.parse(data).status : undefined
  }
  checkText(text, tokens)
  if (last !== 'completed') throw new Error(`the last event was not the end of a whole turn, but ${last}`)
}

function checkText(text: string, tokens: number): void {
  const expected = Array.from({ length: tokens }, (_, index) => tokenText(index)).join('')
  if (text !== expected) throw new Error(`of ${expected.length} characters ${text.length} came, or others`)
}
