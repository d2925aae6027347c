import type { ChildProcess } from 'node:child_process'

/** How long processes have between SIGTERM and SIGKILL, in milliseconds. */
const graceMs = 1_000

/** The processes of a program's group: itself and those that it has started, unless they have left the group. */
export interface RunningGroup {
  /** Resolves when no process of the group is left, or SIGKILL was sent to all of them. */
  gone: Promise<void>
  /** Sends SIGTERM to the group, and a second later SIGKILL to those that are left. */
  stop(): void
  /** Sends SIGKILL to the group at once. */
  kill(): void
}

/** The group of a program, which was started as the first of it (`detached`). When it has ended, what it has started is stopped. */
export function watchGroup(child: ChildProcess): RunningGroup {
  const gone = Promise.withResolvers<void>()
  const signalGroup = groupOf(child.pid)
  let timer: NodeJS.Timeout | undefined

  function stop(): void {
    if (timer) return
    signalGroup('SIGTERM')
    timer = setTimeout(kill, graceMs)
  }

  function kill(): void {
    clearTimeout(timer)
    signalGroup('SIGKILL')
    // A process that has left the group may hold them open.
    for (const stream of child.stdio ?? []) stream?.destroy()
    gone.resolve()
  }

  child.on('error', () => gone.resolve())
  child.on('exit', stop)
  child.on('close', () => {
    if (signalGroup(0)) return
    clearTimeout(timer)
    gone.resolve()
  })
  return { gone: gone.promise, stop, kill }
}

/** A function that sends signals to a process group, and returns whether there is any process in it. 0: only looks. */
function groupOf(pid: number | undefined): (signal: NodeJS.Signals | 0) => boolean {
  // Windows has no process groups.
  const target = process.platform === 'win32' ? pid : pid && -pid
  let isGone = target === undefined
  return (signal) => {
    // The number of a group that is gone may come to mean another one.
    if (isGone || target === undefined) return false
    try {
      process.kill(target, signal)
    } catch (error) {
      isGone = error instanceof Error && 'code' in error && error.code === 'ESRCH'
    }
    return !isGone
  }
}
