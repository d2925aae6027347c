/** How long processes have between SIGTERM and SIGKILL, in milliseconds. */
export const graceMs = 1_000

/** A function that sends signals to a process group, and returns whether there is any process in it. 0: only looks. */
export function groupOf(pid: number | undefined): (signal: NodeJS.Signals | 0) => boolean {
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
