import { hasEnded } from './fold-event.ts'
import { followActive } from './follow-active.ts'
import { rememberedTurns, rememberTurn } from './own-turns.ts'
import type { ServerLink } from './server-link.ts'
import type { OfferedTool, Turn, ViewState } from './types.ts'
import { isRefused, type ViewTurn } from './view-state.ts'

/** What a view's turns need of it. */
export interface ViewTurnsPorts {
  tools(): readonly OfferedTool[] | undefined
  /** Undefined while the view is closed. */
  opened(): AbortSignal | undefined
  /** Rejects where the view is closed before they are read. */
  readNew(whole: boolean): Promise<void>
  onChange(change?: Partial<ViewState>): void
}

/** The turns of a view: one is shown, and prompts of this client wait for it. */
export interface ViewTurns {
  readonly shown: ViewTurn | undefined
  readonly queue: readonly ViewTurn[]
  /** The one that was shown last, also after its end. */
  readonly newest: Turn | undefined
  add(own: ViewTurn): void
  drop(one: ViewTurn): void
  /** The turn that runs or waits, as the server says. */
  setActive(id: string | undefined): void
  endActive(id: string): void
  open(): void
  close(): void
}

export function createViewTurns(link: ServerLink, ports: ViewTurnsPorts): ViewTurns {
  let shown: ViewTurn | undefined
  let queue: ViewTurn[] = []
  let newest: Turn | undefined
  let active: string | undefined
  /** The one that is being looked up, to be shown. */
  let awaited: string | undefined
  /** Turns that have ended, and whose messages have been read. */
  const settled = new Set<string>()
  const ending = new Set<ViewTurn>()
  const remembered = new Set<string>()

  function watch(one: ViewTurn): void {
    const off = one.turn.subscribe(() => {
      if (hasEnded(one.turn.state)) off()
      look(one)
    })
    look(one)
  }

  function look(one: ViewTurn): void {
    const { turn, isOwn } = one
    if (isOwn && turn.id !== undefined && !remembered.has(turn.id)) {
      remembered.add(turn.id)
      rememberTurn(turn.id)
    }
    if (hasEnded(turn.state)) end(one)
    choose()
    ports.onChange()
  }

  function end(one: ViewTurn): void {
    const { turn } = one
    if (isRefused(turn)) {
      // What the user has taken back is forgotten; what was refused stays, to be seen.
      if (turn.state.status === 'cancelled') remove(one)
    } else if (ports.opened() && !ending.has(one)) {
      ending.add(one)
      settle(one)
        .catch(() => {})
        .finally(() => ending.delete(one))
    }
  }

  async function settle(one: ViewTurn): Promise<void> {
    const { turn } = one
    const { id = '', status, error } = turn.state
    await ports.readNew(one.after !== undefined)
    // One whose signal was aborted may still run.
    const hasEndedThere = await turn.result.then(
      () => true,
      () => false,
    )
    if (hasEndedThere) settled.add(id)
    if (active === id && hasEndedThere) active = undefined
    remove(one)
    choose()
    const failure = { turn: id, status, ...(error && { error }) } as ViewState['failure']
    ports.onChange(status === 'completed' || shown ? {} : { failure })
  }

  function remove(one: ViewTurn): void {
    if (shown === one) shown = undefined
    queue = queue.filter((other) => other !== one)
  }

  function show(one: ViewTurn): void {
    remove(one)
    shown = one
    newest = one.turn
    ports.onChange({ failure: undefined })
  }

  function isOther(id: string | undefined): id is string {
    return id !== undefined && !settled.has(id) && ![shown, ...queue].some((one) => one?.turn.id === id)
  }

  /** Decides what is shown, where that is open: what has begun comes before what waits. */
  function choose(): void {
    if (shown?.isOwn && shown.turn.state.status === 'queued' && isOther(active)) {
      queue = [shown, ...queue]
      shown = undefined
    }
    if (shown || awaited !== undefined) return
    const begun = queue.find(({ turn }) => turn.id !== undefined)
    const signal = ports.opened()
    const [first] = queue
    if (begun) show(begun)
    else if (signal && isOther(active)) follow(active, signal).catch(() => {})
    else if (first) show(first)
  }

  /** Shows a turn that was begun elsewhere, once the messages before it have been read, and what the user has sent with it. */
  async function follow(id: string, leave: AbortSignal): Promise<void> {
    awaited = id
    try {
      // The page that was here before may have begun it.
      const tools = rememberedTurns().includes(id) ? ports.tools() : undefined
      await ports.readNew(false)
      const turn = await followActive(link, id, { tools, leave })
      if (leave.aborted) return
      if (turn) {
        const one = { turn, isOwn: false, sent: undefined }
        show(one)
        watch(one)
      } else {
        settled.add(id)
      }
    } finally {
      if (awaited === id) awaited = undefined
    }
    choose()
    ports.onChange()
  }

  return {
    get shown() {
      return shown
    },
    get queue() {
      return queue
    },
    get newest() {
      return newest
    },
    add(own) {
      if (shown && isRefused(shown.turn)) remove(shown)
      queue.push(own)
      watch(own)
    },
    drop(one) {
      remove(one)
      choose()
      ports.onChange()
    },
    setActive(id) {
      active = id
      choose()
    },
    endActive(id) {
      if (active === id) active = undefined
    },
    open() {
      for (const one of [shown, ...queue]) if (one) look(one)
    },
    close() {
      awaited = undefined
      if (!shown?.isOwn) shown = undefined
    },
  }
}
