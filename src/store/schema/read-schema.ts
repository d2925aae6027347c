import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'

/** The schema `chatterd` as this build has it: its tables, as the steps that made them, and the present text of its functions. */
export interface Schema {
  /** In order, from number 1. */
  migrations: Migration[]
  functions: SchemaFunctions
}

/** One file of `tables/`: `0003-add-titles.sql` is number 3, named `add-titles`. Never edited once released. */
export interface Migration {
  number: number
  name: string
  /** SHA-256 of the text with line ends as `\n`, in hex. */
  checksum: string
  sql: string
}

/** All files of `functions/`, one after the other. */
export interface SchemaFunctions {
  /** Rises with each change, so that an older build is told apart from a newer one. Kept in `functions/version.json`. */
  version: number
  /** SHA-256 as above. */
  checksum: string
  sql: string
}

/**
 * Reads a schema's folder. Throws where a migration's number is missing or there twice, and where the functions are not those
 * that `functions/version.json` was written for.
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

/** The functions of a folder, whatever version they are. */
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
          `${file} is out of place: migrations are named 0001-what-it-does.sql, counted without a gap`,
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

/** A checkout on Windows has other line ends. */
async function readText(file: URL): Promise<string> {
  return (await readFile(file, 'utf8')).replaceAll('\r\n', '\n')
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
