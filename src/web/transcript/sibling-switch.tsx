import { Icon } from '../shell/icons.tsx'
import { usePage } from '../shell/page.ts'

/** Switches between the branches that differ from here on: `‹ 2/3 ›`. */
export function SiblingSwitch({ entry }: { entry: { branch: number; siblings: readonly number[] } }) {
  const page = usePage()
  const { branch, siblings } = entry
  if (siblings.length < 2) return null
  const index = siblings.indexOf(branch)
  const step = (to: number, words: string, icon: 'left' | 'right') => {
    const next = siblings[to]
    return (
      <button
        type="button"
        class="quiet icon-button"
        aria-label={words}
        title={words}
        disabled={next === undefined}
        onClick={() => next !== undefined && void page.attempt(() => page.view.peek().switchBranch(next))}
      >
        <Icon name={icon} />
      </button>
    )
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: this is not a form
    <span class="siblings" role="group" aria-label="Versions">
      {step(index - 1, 'Previous version', 'left')}
      <span>
        {index + 1}/{siblings.length}
      </span>
      {step(index + 1, 'Next version', 'right')}
    </span>
  )
}
