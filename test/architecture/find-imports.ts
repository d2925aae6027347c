import type { BlankedSource } from './blank-source.ts'

/** An import, a re-export, a dynamic import or a type's `import('…')`. */
export interface Import {
  specifier: string
  /** Gone when the program runs: `import type`, or every name in its braces is marked `type`. */
  typeOnly: boolean
}

const statement =
  /^[ \t]*(?:import|export)\b(?<clause>(?:[ \t\n\w$,*]|\{[^{}]*\})*?)(?:\bfrom\s*|(?<=import\s+))(?=['"])/gm
const dynamic = /\bimport\s*\(\s*(?=['"`])/g

function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b(?!\s*,)/.test(clause)) return true
  const names = /^\s*\{(?<names>[^}]*)\}\s*$/.exec(clause)?.groups?.names
  const parts = names?.split(',').filter((name) => name.trim() !== '') ?? []
  return parts.length > 0 && parts.every((name) => /^\s*type\s/.test(name))
}

/** Every import of a source. A dynamic import counts as one of values. */
export function findImports({ code, strings }: BlankedSource): Import[] {
  const found: Import[] = []
  const add = (match: RegExpExecArray, typeOnly: boolean) => {
    const specifier = strings.get(match.index + match[0].length)
    if (specifier !== undefined) found.push({ specifier, typeOnly })
  }
  for (const match of code.matchAll(statement)) add(match, isTypeOnly(match.groups?.clause ?? ''))
  for (const match of code.matchAll(dynamic)) add(match, false)
  return found
}
