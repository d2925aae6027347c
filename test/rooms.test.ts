import { globSync } from 'node:fs'
import { resolve } from 'node:path'

// The tests of src/, but for the rooms whose tests have processes or databases of their own: these run in one process a file. In one
// process the others take a third of the time, most of which goes into loading the same modules. Each file runs alone, too.
const apart = ['src/cli/**', 'src/store/**']

const root = resolve(import.meta.dirname, '..')
const files = globSync('src/**/*.test.ts', { cwd: root, exclude: apart })
for (const file of files.sort()) await import(resolve(root, file))
