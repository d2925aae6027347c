import { readdirSync, readFileSync } from 'node:fs'

// Read from outside, so that the server is measured as it is shipped. Linux only.

/** The process and all that it started. */
function family(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean)
  return [pid, ...children.flatMap((child) => family(Number(child)))]
}

/** Processor time that a process and its children have used, in microseconds; of threads that still live, which Node's do. */
export function cpuMicros(pid: number): number {
  let nanos = 0
  for (const member of family(pid)) {
    // To the nanosecond, where /proc/PID/stat counts in ticks of 10 ms.
    for (const task of readdirSync(`/proc/${member}/task`)) {
      nanos += Number(readFileSync(`/proc/${member}/task/${task}/schedstat`, 'utf8').split(' ')[0])
    }
  }
  return nanos / 1000
}

function statusBytes(pid: number, field: string): number {
  return family(pid)
    .map((member) => readFileSync(`/proc/${member}/status`, 'utf8'))
    .map((status) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024)
    .reduce((sum, bytes) => sum + bytes, 0)
}

/** Memory that a process and its children have now, in bytes. */
export function rssBytes(pid: number): number {
  return statusBytes(pid, 'VmRSS')
}

/** The most that they have held. */
export function peakRssBytes(pid: number): number {
  return statusBytes(pid, 'VmHWM')
}
