/** Names a fail point: `before end_step`, or `after write_events:3` for the third time that it is passed. */
export type FailPoint = `${'before' | 'after'} ${string}`

const [wanted = '', time = '1'] = (process.env.CHATTERD_TEST_FAIL_POINT ?? '').split(':')
let passed = 0

/** Kills this process where the environment variable CHATTERD_TEST_FAIL_POINT names this point, and this time. */
export function failPoint(name: FailPoint): void {
  if (name !== wanted) return
  passed += 1
  if (passed === Number(time)) process.kill(process.pid, 'SIGKILL')
}
