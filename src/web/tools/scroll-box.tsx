import type { ComponentChildren } from 'preact'

interface ScrollBoxProps {
  /** Names it for screen readers. */
  label: string
  class: string
  children: ComponentChildren
}

/** Something that scrolls in itself, and so has to be reached with the keyboard. */
export function ScrollBox({ label, class: className, children }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section of the page would be a landmark
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys scroll it
    <div class={className} tabIndex={0} role="group" aria-label={label}>
      {children}
    </div>
  )
}
