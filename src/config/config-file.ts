import { existsSync, readFileSync, statSync } from 'node:fs'
import { type ParseError, parse as parseJsonc } from 'jsonc-parser'
import { parse, TomlError } from 'smol-toml'
import { isJsonObject } from '../protocol/json.ts'
import { type Machine, pathsOf } from './data-folder.ts'

/** The settings of one file, as they are written; or what is wrong with the file. */
export interface ConfigFile {
  /** Absolute; undefined where there is no file. */
  path?: string
  settings: Record<string, unknown>
  problems: string[]
}

const defaultNames = ['chatterd.toml', 'chatterd.json']

/** Only the position of a syntax error: the parsers' own messages quote the lines around it, which may hold a password. */
function syntaxMessage(error: unknown): string {
  if (error instanceof TomlError) {
    const reason = error.message.split('\n', 1)[0]?.replace('Invalid TOML document: ', '')
    return `is not valid TOML: line ${error.line}, column ${error.column}: ${reason}`
  }
  const [, line, column] = /line (\d+) column (\d+)/.exec(String(error)) ?? []
  return line === undefined ? 'is not valid JSON' : `is not valid JSON: line ${line}, column ${column}`
}

function parseFile(file: string, text: string, { comments }: ReadOptions): ConfigFile {
  try {
    const withoutByteOrderMark = text.replace(/^\uFEFF/, '')
    const parseJson = comments ? parseCommented : JSON.parse
    const settings: unknown = file.endsWith('.json')
      ? parseJson(withoutByteOrderMark)
      : parse(withoutByteOrderMark)
    if (isJsonObject(settings)) return { path: file, settings, problems: [] }
    return { path: file, settings: {}, problems: [`${file} must contain one JSON object`] }
  } catch (error) {
    return { path: file, settings: {}, problems: [`${file} ${syntaxMessage(error)}`] }
  }
}

/** JSON as some programs write it: with comments, and commas before closing brackets. */
function parseCommented(text: string): unknown {
  const errors: ParseError[] = []
  const value: unknown = parseJsonc(text, errors, { allowTrailingComma: true })
  return errors.length === 0 ? value : JSON.parse(text)
}

interface ReadOptions {
  /** Whether JSON may have comments. */
  comments?: boolean
}

/** More is no settings file. */
const maxBytes = 4 * 1024 * 1024

/** Reads a file that a setting names. */
export function readNamedFile(file: string, setting: string, options: ReadOptions = {}): ConfigFile {
  if (!/\.(toml|json)$/.test(file)) {
    const problem = `${setting} is "${file}": expected a file that ends in .toml or .json`
    return { settings: {}, problems: [problem] }
  }
  try {
    const stat = statSync(file)
    // Reading anything else, such as a pipe or a device, may never end.
    if (!stat.isFile()) return { settings: {}, problems: [`${file} is no file`] }
    if (stat.size > maxBytes)
      return { settings: {}, problems: [`${file} has ${stat.size} bytes, and may have ${maxBytes}`] }
    return parseFile(file, readFileSync(file, 'utf8'), options)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    return { settings: {}, problems: [`${file} cannot be read (${code})`] }
  }
}

/** The files that settings are read from, whether they are there or not: the file `named`, else those of the default names. */
export function configFilePaths(named: string | undefined, machine: Machine): string[] {
  const paths = pathsOf(machine)
  if (named !== undefined) return [paths.resolve(machine.cwd, named)]
  return defaultNames.map((name) => paths.join(machine.cwd, name))
}

/** Reads the file `named`, else `chatterd.toml` or `chatterd.json` in the working directory, if one is there. */
export function readConfigFile(named: string | undefined, machine: Machine): ConfigFile {
  const paths = configFilePaths(named, machine)
  const found = named === undefined ? paths.filter((file) => existsSync(file)) : paths
  if (found.length > 1) {
    const problem = `${found.join(' and ')} both exist: keep one, or choose one with --config`
    return { settings: {}, problems: [problem] }
  }
  return found[0] === undefined ? { settings: {}, problems: [] } : readNamedFile(found[0], '--config')
}
