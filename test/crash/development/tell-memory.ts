import { appendFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread } from 'node:worker_threads'

// Given to a process with `--import`: at SIGWINCH it appends a line with the bytes that it holds, garbage left out, to the file
// of its number in the folder MEMORY_FOLDER.

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

if (isMainThread) {
  process.on('SIGWINCH', () => {
    collect()
    const { heapUsed, external } = process.memoryUsage()
    appendFileSync(`${process.env.MEMORY_FOLDER}/${process.pid}`, `${heapUsed + external}\n`)
  })
}
