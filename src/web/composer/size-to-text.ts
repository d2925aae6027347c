/** Makes a text field as high as its text, where the browser does not do that by itself (`field-sizing: content`). */
export function sizeToText(area: HTMLTextAreaElement): void {
  if (CSS.supports('field-sizing', 'content')) return
  area.style.height = 'auto'
  area.style.height = `${area.scrollHeight}px`
}
