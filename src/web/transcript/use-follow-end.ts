import { type Signal, useSignal } from '@preact/signals'
import type { RefObject } from 'preact'
import { useCallback, useLayoutEffect } from 'preact/hooks'

/** So near to the end, in pixels, the reader counts as being there. */
const near = 48

/** Keeps the end of what grows in view for as long as the reader is there. */
export function useFollowEnd(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  /** False where there is nothing yet whose end is worth reading. */
  isOn: boolean,
): { atEnd: Signal<boolean>; toEnd(): void } {
  const atEnd = useSignal(true)
  const toEnd = useCallback(() => {
    atEnd.value = true
    const element = scroller.current
    if (element) element.scrollTop = element.scrollHeight
  }, [scroller, atEnd])
  useLayoutEffect(() => {
    const outer = scroller.current
    const inner = content.current
    if (!outer || !inner || !isOn) return
    toEnd()
    let top = outer.scrollTop
    const onScroll = () => {
      const distance = outer.scrollHeight - outer.scrollTop - outer.clientHeight
      // Only who scrolls up leaves the end: what grows below moves it away, too.
      if (distance <= near) atEnd.value = true
      else if (outer.scrollTop < top) atEnd.value = false
      top = outer.scrollTop
    }
    // Called after the layout and before the painting of a frame: nobody sees the end anywhere else.
    const observer = new ResizeObserver(() => {
      if (atEnd.peek()) outer.scrollTop = outer.scrollHeight
    })
    outer.addEventListener('scroll', onScroll, { passive: true })
    observer.observe(inner)
    observer.observe(outer)
    return () => {
      outer.removeEventListener('scroll', onScroll)
      observer.disconnect()
    }
  }, [scroller, content, isOn, atEnd, toEnd])
  return { atEnd, toEnd }
}
