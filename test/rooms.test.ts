import { globSync } from 'node:fs'
import { resolve } from 'node:path'

// The tests of the rooms without a process or a database of their own. In one process they take a third of the time that they take in
// one each, most of which goes into loading the same modules. Each file runs alone, too.
const rooms = 'src/{calls,config,engines,http,protocol,stream,tools,turn}/**/*.test.ts'

const root = resolve(import.meta.dirname, '..')
for (const file of globSync(rooms, { cwd: root }).sort()) await import(resolve(root, file))
