const key = 'chatterd.drafts'
const most = 20
const longest = 20_000

/** What was written and not sent yet, by conversation: kept over a reload. */
export function readDraft(name: string): string {
  const draft = read()[name]
  return typeof draft === 'string' ? draft : ''
}

export function keepDraft(name: string, text: string): void {
  const { [name]: _, ...others } = read()
  const kept = Object.entries(others).slice(1 - most)
  if (text !== '') kept.push([name, text.slice(0, longest)])
  try {
    sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(kept)))
  } catch {
    // Storage can be full, or forbidden: then the draft is there until the page is closed.
  }
}

function read(): Record<string, unknown> {
  try {
    const drafts: unknown = JSON.parse(sessionStorage.getItem(key) ?? '{}')
    return typeof drafts === 'object' && drafts !== null ? (drafts as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
