import type { ComponentChildren } from 'preact'
import { useId, useRef } from 'preact/hooks'
import { Icon, type IconName } from './icons.tsx'

/** A button that opens a list of others below it. The browser closes it by itself: by Escape, and by a click elsewhere. */
export function Menu({
  label,
  icon,
  children,
}: {
  label: string
  icon: IconName
  children: ComponentChildren
}) {
  const id = useId()
  const button = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLDivElement>(null)
  const place = () => {
    if (!button.current || !list.current) return
    const { bottom, top, right } = button.current.getBoundingClientRect()
    const { style, offsetHeight } = list.current
    const below = bottom + 4 + offsetHeight < innerHeight
    style.top = `${below ? bottom + 4 : Math.max(top - offsetHeight - 4, 8)}px`
    style.right = `${Math.max(document.documentElement.clientWidth - right, 8)}px`
  }
  return (
    <>
      <button
        ref={button}
        type="button"
        class="quiet icon-button"
        aria-label={label}
        title={label}
        popovertarget={id}
      >
        <Icon name={icon} />
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: the clicks are those of the buttons in it */}
      <div
        ref={list}
        id={id}
        class="menu"
        popover="auto"
        onToggle={place}
        onClick={() => list.current?.hidePopover()}
      >
        {children}
      </div>
    </>
  )
}
