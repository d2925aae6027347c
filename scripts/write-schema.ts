import { readFile, writeFile } from 'node:fs/promises'
import { readFunctions, readSchema } from '../src/store/schema/read-schema.ts'
import { dumpSchema } from './dump-schema.ts'

// After a change of src/store/schema/: gives changed functions the next version, and writes schema.sql anew.

const folder = new URL('../src/store/schema/', import.meta.url)
const versionFile = new URL('functions/version.json', folder)

const present = JSON.parse(await readFile(versionFile, 'utf8'))
const { checksum } = await readFunctions(new URL('functions/', folder))
if (checksum !== present.checksum) {
  const version = present.version + 1
  await writeFile(versionFile, `${JSON.stringify({ version, checksum }, undefined, 2)}\n`)
  console.log(`functions/version.json: version ${version}`)
}
await writeFile(new URL('schema.sql', folder), await dumpSchema(await readSchema(folder)))
console.log('schema.sql')
