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

/** In milliseconds: nobody reads faster, and the answer beside it needs the time more. */
const drawEvery = 100

/** Reads the events of a turn from its first one, and draws them ten times a second. */
export function useEventLog(turn: Turn | undefined): ShownLog {
  const [shown, setShown] = useState(nothing)
  useEffect(() => {
    setShown(nothing)
    if (!turn) return
    const log = new EventLog()
    let timer: ReturnType<typeof setTimeout> | undefined
    let drawnAt = -Infinity
    const draw = () => {
      timer = undefined
      drawnAt = performance.now()
      setShown({ blocks: log.blocks, count: log.count, left: log.left })
    }
    const stop = readEvents(turn, (event) => {
      log.add(event)
      timer ??= setTimeout(draw, Math.max(0, drawnAt + drawEvery - performance.now()))
    })
    return () => {
      stop()
      clearTimeout(timer)
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
