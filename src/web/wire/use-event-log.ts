import { useEffect, useState } from 'preact/hooks'
import type { ClientEvent, Turn } from '../../client/types.ts'
import { EventLog, type WireBlock } from './event-log.ts'

/** The lines of a turn as they were when they were last drawn. */
export interface ShownLog {
  blocks: readonly WireBlock[]
  count: number
  left: number
}

const nothing: ShownLog = { blocks: [], count: 0, left: 0 }

/** Reads the events of a turn from its first one, and draws them once a frame. */
export function useEventLog(turn: Turn | undefined): ShownLog {
  const [shown, setShown] = useState(nothing)
  useEffect(() => {
    setShown(nothing)
    if (!turn) return
    const log = new EventLog()
    let frame: number | undefined
    const draw = () => {
      frame = undefined
      setShown({ blocks: log.blocks, count: log.count, left: log.left })
    }
    const stop = readEvents(turn, (event) => {
      log.add(event)
      frame ??= requestAnimationFrame(draw)
    })
    return () => {
      stop()
      if (frame !== undefined) cancelAnimationFrame(frame)
    }
  }, [turn])
  return shown
}

/** Gives each event to `onEvent` until the turn ends, or the returned function is called. */
function readEvents(turn: Turn, onEvent: (event: ClientEvent) => void): () => void {
  const events = turn[Symbol.asyncIterator]()
  let stopped = false
  const read = async () => {
    for (;;) {
      const { done, value } = await events.next()
      if (done || stopped) return
      onEvent(value)
    }
  }
  // Whoever sent the turn shows why it failed; here its events just end.
  read().catch(() => {})
  return () => {
    stopped = true
    void events.return?.()
  }
}
