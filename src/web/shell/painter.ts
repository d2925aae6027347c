/** How much of the time painting may take: a painting is followed by a pause of three times as long. */
const pauseFactor = 3
const longestPauseMs = 500

/** Calls `paint` once for all changes of a frame, and less often where it takes long. */
export function createPainter(paint: () => void): { request(): void; close(): void } {
  let requested = false
  let closed = false
  let notBefore = 0
  const run = () => {
    requested = false
    if (closed) return
    const start = performance.now()
    paint()
    const end = performance.now()
    notBefore = end + Math.min((end - start) * pauseFactor, longestPauseMs)
  }
  const next = () => {
    // A page that is not shown has no frames, and a short pause may end within this one.
    const pause = notBefore - performance.now()
    if (document.hidden || pause > 12) setTimeout(run, Math.max(pause, 0))
    else requestAnimationFrame(run)
  }
  return {
    request() {
      if (requested || closed) return
      requested = true
      next()
    },
    close() {
      closed = true
    },
  }
}
