import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

/** The schema `chatterd` of this build: the migrations that make its tables, and the current text of its functions. */
export interface Schema {
  /** In order, from number 1. */
  migrations: Migration[]
  functions: SchemaFunctions
}

/** One file of `tables/`: `0003-add-titles.sql` is number 3, named `add-titles`. Never edited once released. */
export interface Migration {
  number: number
  name: string
  /** The SHA-256 of `sql`, in hex. */
  checksum: string
  sql: string
}

/** The text of all files of `functions/`, joined. */
export interface SchemaFunctions {
  /** Rises with each change, so that an older build does not replace newer functions. From `functions/version.json`. */
  version: number
  /** The SHA-256 of `sql`, in hex. */
  checksum: string
  sql: string
}

/**
 * Reads the folder of a schema. Throws where the numbers of the migrations have a gap or a duplicate, and where the functions have
 * changed since `functions/version.json` was written.
 */
export async function readSchema(folder: URL): Promise<Schema> {
  const functions = await readFunctions(new URL('functions/', folder))
  const version = JSON.parse(await readText(new URL('functions/version.json', folder)))
  if (version.checksum !== functions.checksum) {
    throw new Error('src/store/schema/functions/ has changed: `npm run schema` gives it a new version.')
  }
  return {
    migrations: await readMigrations(new URL('tables/', folder)),
    functions: { ...functions, version: version.version },
  }
}

/** Reads the functions of a folder, without their version. */
export async function readFunctions(folder: URL): Promise<Omit<SchemaFunctions, 'version'>> {
  const texts = await Promise.all((await sqlFiles(folder)).map((file) => readText(new URL(file, folder))))
  const sql = texts.join('\n')
  return { sql, checksum: checksumOf(sql) }
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const files = await sqlFiles(folder)
  return await Promise.all(
    files.map(async (file, index) => {
      const [, number, name] = /^(\d{4})-([a-z0-9-]+)\.sql$/.exec(file) ?? []
      if (name === undefined || Number(number) !== index + 1) {
        throw new Error(
          `${file} has a wrong name: migrations are named 0001-what-it-does.sql, and numbered without gaps`,
        )
      }
      const sql = await readText(new URL(file, folder))
      return { number: index + 1, name, checksum: checksumOf(sql), sql }
    }),
  )
}

async function sqlFiles(folder: URL): Promise<string[]> {
  return (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
}

/** Line ends become `\n`: a checkout on Windows has others, and checksums must not depend on that. */
async function readText(file: URL): Promise<string> {
  return (await readFile(file, 'utf8')).replaceAll('\r\n', '\n')
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
