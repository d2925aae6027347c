import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'

/** A component whose code is loaded when it is first drawn. Where that fails, a button tries again. */
export function lazyView<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined
  return function LazyView(props: Props) {
    const [state, setState] = useState<'loading' | 'loaded' | 'failed'>(loaded ? 'loaded' : 'loading')
    useEffect(() => {
      if (state !== 'loading') return
      load().then(
        (view) => {
          loaded = view
          setState('loaded')
        },
        () => setState('failed'),
      )
    }, [state])
    const View = loaded
    if (View) return <View {...props} />
    if (state !== 'failed') return <p class="tool-note">Loading…</p>
    return (
      <p class="tool-note">
        This part of the page could not be loaded.{' '}
        <button type="button" class="tool-button" onClick={() => setState('loading')}>
          Try again
        </button>
      </p>
    )
  }
}
