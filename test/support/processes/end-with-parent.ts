import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'

/** Its input ends without a line when the process that started it is gone. */
const guard = 'read -r line || kill -KILL "$0"'

/** Has the child killed when this process ends before it, however it ends: also where it is killed, or the child stands still. */
export function endWithParent(child: ChildProcess): void {
  if (child.pid === undefined) return
  // Not of this process's group, whose members a terminal's Ctrl-C ends all at once.
  const guarding = spawn('sh', ['-c', guard, `${child.pid}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  guarding.unref()
  if (guarding.stdin instanceof Socket) guarding.stdin.unref()
  child.once('exit', () => guarding.stdin?.end('ended\n'))
}
