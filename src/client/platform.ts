/** What a client has of the machine that it runs on. */
export interface Platform {
  /** Milliseconds since 1970. */
  now(): number
  /** At least 0, less than 1. */
  random(): number
  /** Runs it once, after so many milliseconds; returns what prevents that. */
  after(ms: number, run: () => void): () => void
  /** Runs it whenever the network is there again, and the page is shown again; returns what ends that. */
  onWake(run: () => void): () => void
  /** Runs it whenever the page is hidden, with `false`, and shown again; returns what ends that. */
  onShown(run: (isShown: boolean) => void): () => void
  /** A text that nobody else has. */
  newKey(): string
}

/** Of a browser; Node has none of it. */
interface Page {
  document?: EventTarget & { visibilityState: string }
  addEventListener?: EventTarget['addEventListener']
  removeEventListener?: EventTarget['removeEventListener']
}

/** The longest time that a timer takes. */
const longestTimer = 2 ** 31 - 1

/** The platform of browsers, Node and the like. */
export function createPlatform(): Platform {
  const page = globalThis as Page
  const { document } = page
  function onShown(run: (isShown: boolean) => void): () => void {
    const look = () => run(document?.visibilityState === 'visible')
    document?.addEventListener('visibilitychange', look)
    return () => document?.removeEventListener('visibilitychange', look)
  }
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    after(ms, run) {
      const timer = setTimeout(run, Math.min(Math.max(ms, 0), longestTimer))
      return () => clearTimeout(timer)
    },
    onWake(run) {
      const offShown = onShown((isShown) => {
        if (isShown) run()
      })
      page.addEventListener?.('online', run)
      return () => {
        offShown()
        page.removeEventListener?.('online', run)
      }
    },
    onShown,
    newKey() {
      // Pages without TLS have no randomUUID.
      const bytes = crypto.getRandomValues(new Uint8Array(16))
      return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
    },
  }
}
