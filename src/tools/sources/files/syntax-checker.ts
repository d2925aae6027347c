import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'

// A program of its own: prints where the first of the files that it is given has a syntax error, as `path:line`. Nothing of them is run.

for (const path of process.argv.slice(2)) {
  const source = readFileSync(path, 'utf8')
  const input = /\.m?ts$/.test(path) ? stripTypeScriptTypes(source) : source
  const { stderr } = spawnSync(process.execPath, ['--check', '--input-type=module', '-'], { input })
  const [, line] = /^\[stdin\]:(\d+)$/m.exec(stderr.toString()) ?? []
  if (line === undefined) continue
  console.log(`${path}:${line}`)
  break
}
