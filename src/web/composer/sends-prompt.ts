type Key = Pick<KeyboardEvent, 'key' | 'isComposing' | 'shiftKey' | 'altKey' | 'ctrlKey' | 'metaKey'>

/** Whether a key sends the prompt: Enter, or with Ctrl where `enterSends` is false. A key of an input method ends a word, not the prompt. */
export function sendsPrompt(event: Key, enterSends: boolean): boolean {
  const { key, isComposing, shiftKey, altKey, ctrlKey, metaKey } = event
  if (key !== 'Enter' || isComposing || shiftKey || altKey) return false
  return enterSends || ctrlKey || metaKey
}
