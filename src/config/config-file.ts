import { existsSync, readFileSync } from 'node:fs'
import { parse, TomlError } from 'smol-toml'
import { isJsonObject } from '../protocol/json.ts'
import { type Machine, pathsOf } from './data-folder.ts'

/** The settings of one file, as they were written; or what is wrong with it. */
export interface ConfigFile {
  /** Absolute; undefined where there is none. */
  path?: string
  settings: Record<string, unknown>
  problems: string[]
}

const usual = ['chatterd.toml', 'chatterd.json']

/** Only the place of a mistake: the parsers' messages quote the lines around it, and a password may stand there. */
function mistake(error: unknown): string {
  if (error instanceof TomlError) {
    const reason = error.message.split('\n', 1)[0]?.replace('Invalid TOML document: ', '')
    return `is not valid TOML: line ${error.line}, column ${error.column}: ${reason}`
  }
  const [, line, column] = /line (\d+) column (\d+)/.exec(String(error)) ?? []
  return line === undefined ? 'is not valid JSON' : `is not valid JSON: line ${line}, column ${column}`
}

function parseFile(file: string, text: string): ConfigFile {
  try {
    const withoutMark = text.replace(/^\uFEFF/, '')
    const settings: unknown = file.endsWith('.json') ? JSON.parse(withoutMark) : parse(withoutMark)
    if (isJsonObject(settings)) return { path: file, settings, problems: [] }
    return { path: file, settings: {}, problems: [`${file} must hold one JSON object`] }
  } catch (error) {
    return { path: file, settings: {}, problems: [`${file} ${mistake(error)}`] }
  }
}

function readable(file: string): ConfigFile {
  if (!/\.(toml|json)$/.test(file)) {
    return { settings: {}, problems: [`--config is "${file}": expected a file that ends in .toml or .json`] }
  }
  try {
    return parseFile(file, readFileSync(file, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    return { settings: {}, problems: [`${file} cannot be read (${code})`] }
  }
}

/** Reads the file that was named, else the one of the usual names that lies in the working directory, if any. */
export function readConfigFile(named: string | undefined, machine: Machine): ConfigFile {
  const paths = pathsOf(machine)
  if (named !== undefined) return readable(paths.resolve(machine.cwd, named))
  const found = usual.map((name) => paths.join(machine.cwd, name)).filter((file) => existsSync(file))
  if (found.length > 1) {
    const problem = `${found.join(' and ')} are both here: keep one, or name it with --config`
    return { settings: {}, problems: [problem] }
  }
  return found[0] === undefined ? { settings: {}, problems: [] } : readable(found[0])
}
