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

/** The way back from a branch that has no message of its own: its answer failed, or was stopped, before it had a word. */
export function EndOfBranch() {
  const page = usePage()
  const { conversation, messages, turn } = page.state.value
  const { branch, siblings = [] } = conversation ?? {}
  const hasOwn = messages.at(-1)?.branch === branch
  if (branch === undefined || siblings.length < 2 || turn !== undefined || hasOwn) return null
  const others = siblings.length - 1
  return (
    <p class="end-of-branch">
      {others === 1
        ? 'There is another version of this answer.'
        : `There are ${others} other versions of this answer.`}
      <SiblingSwitch entry={{ branch, siblings }} />
    </p>
  )
}
