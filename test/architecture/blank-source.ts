/** A string literal of a source: where its quotes are, and the text between them. */
export interface Literal {
  start: number
  value: string
}

/** A source without the contents of its comments, strings, templates and regular expressions. */
export interface BlankedSource {
  /** Same length and same lines as the source; what was blanked is spaces. Code inside `${…}` stays. */
  code: string
  /** The string literals in quotes, by the position of their first quote. */
  strings: Map<number, string>
}

// Tried in this order at each position. A regular expression can only be where a value may begin, so the text before it
// matters; a division comes after a value.
const token =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?\*\/)|(?<string>'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*")|(?<template>`)|(?<regex>(?<=(?:^|[=(,:;!&|?{}[+\-*%~^<>\n]|\breturn|\bcase|\btypeof)[ \t\n]*)\/(?![/*])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*)|(?<open>\{)|(?<close>\})/gm

const templatePart = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?<end>`|\$\{)/gy

function spaces(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}

/** Blanks everything in a TypeScript source that is not code, so that words in comments and strings do not count as code. */
export function blankSource(source: string): BlankedSource {
  const strings = new Map<number, string>()
  // One entry for each open brace: whether it belongs to a template.
  const braces: boolean[] = []
  let code = ''
  let at = 0

  const skipTemplate = (from: number) => {
    templatePart.lastIndex = from
    const part = templatePart.exec(source)
    if (part?.groups?.end === '${') braces.push(true)
    return part ? templatePart.lastIndex : source.length
  }

  token.lastIndex = 0
  for (let match = token.exec(source); match; match = token.exec(source)) {
    const { string, template, open, close } = match.groups ?? {}
    code += source.slice(at, match.index)
    at = token.lastIndex
    if (open) braces.push(false)
    if (template || (close && braces.pop())) {
      at = skipTemplate(token.lastIndex)
      code += spaces(source.slice(match.index, at))
    } else if (open || close) {
      code += match[0]
    } else {
      if (string) strings.set(match.index, string.slice(1, -1))
      code += string ? string[0] + spaces(string.slice(1, -1)) + string[0] : spaces(match[0])
    }
    token.lastIndex = at
  }
  return { code: code + source.slice(at), strings }
}
