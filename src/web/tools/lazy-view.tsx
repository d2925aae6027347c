import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** A component whose code is loaded when it is first drawn. */
export type LazyView<Props> = ComponentType<Props> & {
  /** Loads it now, so that it is drawn at once. */
  preload(): void
}

/** Where the code cannot be loaded, a button tries again. */
export function lazyView<Props extends object>(load: () => Promise<ComponentType<Props>>): LazyView<Props> {
  let loaded: ComponentType<Props> | undefined
  const keep = async () => {
    loaded = await load()
  }
  function View(props: Props) {
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>('loading')
    useEffect(() => {
      if (state !== 'loading' || loaded) return
      keep().then(
        () => setState('loaded'),
        () => setState('failed'),
      )
    }, [state])
    const Loaded = loaded
    if (Loaded) return <Loaded {...props} />
    if (state !== 'failed') return <p class="hint">Loading…</p>
    return (
      <p class="hint">
        This part of the page could not be loaded.{' '}
        <button type="button" class="quiet tool-button" onClick={() => setState('loading')}>
          Try again
        </button>
      </p>
    )
  }
  // Whoever draws it finds out again, and says so.
  return Object.assign(View, { preload: () => void keep().catch(() => {}) })
}
