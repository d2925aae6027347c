import { appendFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

// Given to a process with `--import`: at SIGWINCH it appends a line with the bytes that it holds, without garbage, to the file
// of its number in the folder MEMORY_FOLDER.

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

if (isMainThread) {
  process.on('SIGWINCH', async () => {
    for (let time = 0; time < 3; time++) {
      collect()
      // What lies outside the heap is given back, and counted as such, a moment later.
      await delay(100)
    }
    const { heapUsed, external } = process.memoryUsage()
    appendFileSync(`${process.env.MEMORY_FOLDER}/${process.pid}`, `${heapUsed + external}\n`)
  })
}
