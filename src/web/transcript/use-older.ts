import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { Page } from '../shell/page.ts'

/** So far above what is shown, in pixels, older messages are read already. */
const ahead = 600

/** Reads older messages when their reader comes near, and leaves what is being read where it is. */
export function useOlder(
  scroller: RefObject<HTMLElement | null>,
  page: Page,
): RefObject<HTMLButtonElement | null> {
  const button = useRef<HTMLButtonElement>(null)
  const { hasOlder, messages } = page.state.value
  const first = messages[0]?.seq
  const known = useRef<number>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each page it is asked again whether the reader is near
  useEffect(() => {
    const element = button.current
    if (!element || !hasOlder) return
    let reading = false
    const observer = new IntersectionObserver(
      (entries) => {
        // Of several changes since the last call, the last one is what holds.
        if (!entries.at(-1)?.isIntersecting || reading) return
        reading = true
        // Where it fails, the button can be pressed.
        page.view
          .peek()
          .loadOlder()
          .catch(() => undefined)
      },
      { root: scroller.current, rootMargin: `${ahead}px 0px 0px` },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [hasOlder, first, page, scroller])
  // Before its elements change: how far what is being read is from the end.
  const outer = scroller.current
  const fromEnd = outer && first !== known.current ? outer.scrollHeight - outer.scrollTop : undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: the distance is that from before this change
  useLayoutEffect(() => {
    const isOlder = first !== undefined && known.current !== undefined && first < known.current
    known.current = first
    if (outer && fromEnd !== undefined && isOlder) outer.scrollTop = outer.scrollHeight - fromEnd
  }, [first])
  return button
}
