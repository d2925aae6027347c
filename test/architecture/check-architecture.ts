import { posix } from 'node:path'
import { type BlankedSource, blankSource } from './blank-source.ts'
import { findCycles } from './find-cycles.ts'
import { findImports, type Import } from './find-imports.ts'
import {
  builtinGroups,
  drawer,
  globals,
  longestFile,
  packages,
  portsFolder,
  rooms,
  strayWords,
} from './rules.ts'

interface SourceFile {
  path: string
  room: string
  code: string
  imports: Import[]
}

/**
 * Checks a tree of files (path from the project's root, with slashes, to content) against the rules of the architecture.
 * Returns what is wrong, a sentence each, with the file's name first.
 */
export function checkArchitecture(files: Map<string, string>): string[] {
  const sources: SourceFile[] = []
  const problems: string[] = []
  for (const [path, content] of files) {
    problems.push(...checkName(path), ...checkWords(path, content), ...checkTestImports(path, content))
    if (!/^src\/.*(?<!\.test)\.tsx?$/.test(path)) continue
    problems.push(...checkLength(path, content))
    const blanked: BlankedSource = blankSource(content)
    sources.push({ path, room: roomOf(path), code: blanked.code, imports: findImports(blanked) })
  }
  for (const source of sources) {
    if (source.room in rooms) problems.push(...checkImports(source), ...checkGlobals(source))
    else problems.push(`${source.path}: there is no room '${source.room}'`)
  }
  return [...problems, ...checkCycles(sources)]
}

function roomOf(path: string): string {
  const [, first = '', ...others] = path.split('/')
  return others.length === 0 ? 'main' : first
}

function checkName(path: string): string[] {
  const named = path.split('/').find((part) => drawer.test(part.replace(/\..*$/, '')))
  return named ? [`${path}: '${named}' does not say what is inside`] : []
}

function checkWords(path: string, content: string): string[] {
  return strayWords
    .flatMap((word) => word.exec(content)?.[0] ?? [])
    .map((word) => `${path}: '${word}' does not belong in the product`)
}

function checkLength(path: string, content: string): string[] {
  const lines = content.split('\n').length - (content.endsWith('\n') ? 1 : 0)
  return lines > longestFile ? [`${path}: ${lines} lines; ${longestFile} are the most`] : []
}

/** A suite of tests imports the product and the tests' support, which imports no suite. */
function checkTestImports(path: string, content: string): string[] {
  if (!/^test\/.*\.ts$|\.test\.ts$/.test(path)) return []
  const suite = path.startsWith('test/') ? path.split('/').slice(0, 2).join('/') : posix.dirname(path)
  return findImports(blankSource(content))
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => posix.join(posix.dirname(path), specifier))
    .filter((target) => target.startsWith('test/') && !target.startsWith('test/support/'))
    .filter((target) => !target.startsWith(`${suite}/`))
    .map((target) => `${path}: ${suite} may not import ${target}; what suites share lies in test/support`)
}

function checkImports({ path, room, imports }: SourceFile): string[] {
  return imports.flatMap((one) => {
    const { specifier } = one
    if (specifier.startsWith('.')) return checkRelative(path, room, one)
    if (specifier.startsWith('node:')) return checkBuiltin(path, room, specifier.slice('node:'.length))
    return checkPackage(path, room, specifier)
  })
}

function checkRelative(path: string, room: string, { specifier, typeOnly }: Import): string[] {
  const target = posix.join(posix.dirname(path), specifier)
  if (!target.startsWith('src/')) return [`${path}: imports ${target} from outside src`]
  const other = roomOf(target)
  const allowed = other === room ? 'all' : rooms[room]?.imports[other]
  if (!allowed) return [`${path}: ${room} may not import ${other} (${target})`]
  if (allowed !== 'all' && !typeOnly)
    return [`${path}: ${room} may import types only from ${other} (${target})`]
  if (allowed === 'ports' && !target.startsWith(portsFolder))
    return [`${path}: ${target} is not one of the ports`]
  return []
}

function checkBuiltin(path: string, room: string, builtin: string): string[] {
  const allowed = rooms[room]?.builtins
  if (allowed === 'pure') return [`${path}: ${room} is pure and may not import node:${builtin}`]
  const group = builtinGroups[builtin]
  const known = group === undefined || allowed?.includes(group)
  return known ? [] : [`${path}: ${room} may not touch ${group} (node:${builtin})`]
}

function checkPackage(path: string, room: string, specifier: string): string[] {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  const allowed = packages[name]
  if (!allowed) return [`${path}: the package ${name} belongs to no room`]
  return allowed.includes(room)
    ? []
    : [`${path}: ${room} may not import ${name}; it belongs to ${allowed.join(', ')}`]
}

function checkGlobals({ path, room, code }: SourceFile): string[] {
  return globals
    .filter(({ reach }) => !rooms[room]?.globals.includes(reach))
    .flatMap(({ reach, pattern }) => {
      const found = pattern.exec(code)?.[0]
      return found ? [`${path}: ${room} may not touch the ${reach} (${found.trim()})`] : []
    })
}

function checkCycles(sources: SourceFile[]): string[] {
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => posix.join(posix.dirname(path), specifier)),
    ]),
  )
  return findCycles(graph).map((cycle) => `${cycle[0]}: imports itself: ${cycle.join(' → ')}`)
}
