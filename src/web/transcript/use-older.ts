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
  const anchor = useRef<{ first: number | undefined; fromEnd: number }>(undefined)
  // biome-ignore lint/correctness/useExhaustiveDependencies: after each page it is asked again whether the reader is near
  useEffect(() => {
    const element = button.current
    if (!element || !hasOlder) return
    let reading = false
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting || reading) return
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
  useLayoutEffect(() => {
    const outer = scroller.current
    const before = anchor.current
    if (outer && before && before.first !== first && before.first !== undefined) {
      const fromEnd = outer.scrollHeight - outer.scrollTop
      if (Math.abs(fromEnd - before.fromEnd) > 1) outer.scrollTop = outer.scrollHeight - before.fromEnd
    }
    return () => {
      if (outer) anchor.current = { first, fromEnd: outer.scrollHeight - outer.scrollTop }
    }
  }, [first, scroller])
  return button
}
