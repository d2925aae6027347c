/** Where tools come from, and how many. */
export interface ToolSourceFacts {
  name: string
  state: 'starting' | 'ready' | 'down'
  /** Why it is down. */
  reason?: string
  tools: number
}

const maxListed = 10

/** The sources of tools with how many each has brought, in one line, and a line for each that has brought none though it should. */
export function toolLines(sources: readonly ToolSourceFacts[]): string[] {
  const ready = sources.filter(({ tools }) => tools > 0).map(({ name, tools }) => `${name} (${tools})`)
  const more = ready.length - maxListed
  const listed = more > 0 ? [...ready.slice(0, maxListed), `and ${more} more`] : ready
  const others = sources.filter(({ state }) => state !== 'ready')
  return [listed.join(', ') || 'none', ...others.map(problemLine)]
}

function problemLine({ name, state, reason }: ToolSourceFacts): string {
  return state === 'starting'
    ? `${name} is not there yet: its tools are offered as soon as it is`
    : `${name} is down: ${reason}`
}
