import hljs from 'highlight.js/lib/core'
import bash from 'highlight.js/lib/languages/bash'
import cpp from 'highlight.js/lib/languages/cpp'
import css from 'highlight.js/lib/languages/css'
import go from 'highlight.js/lib/languages/go'
import javascript from 'highlight.js/lib/languages/javascript'
import json from 'highlight.js/lib/languages/json'
import python from 'highlight.js/lib/languages/python'
import rust from 'highlight.js/lib/languages/rust'
import sql from 'highlight.js/lib/languages/sql'
import typescript from 'highlight.js/lib/languages/typescript'
import xml from 'highlight.js/lib/languages/xml'
import yaml from 'highlight.js/lib/languages/yaml'

const languages = { bash, cpp, css, go, javascript, json, python, rust, sql, typescript, xml, yaml }
for (const [name, language] of Object.entries(languages)) hljs.registerLanguage(name, language)

/** A piece of code and what it is: `keyword`, `string`, … */
export type CodePart = string | { scope: string; parts: CodePart[] }

/** Code in parts; undefined where the language is not one of the twelve. This file is loaded when code is first shown. */
export function highlight(code: string, language: string): CodePart[] | undefined {
  if (hljs.getLanguage(language) === undefined) return undefined
  const { _emitter } = hljs.highlight(code, { language, ignoreIllegals: true })
  // The tree from which the library writes its HTML: it has been there, under this name, since version 10.
  return partsOf((_emitter as unknown as { rootNode: Node }).rootNode)
}

interface Node {
  scope?: string
  children: (string | Node)[]
}

function partsOf({ children }: Node): CodePart[] {
  return children.map((child) =>
    typeof child === 'string' ? child : { scope: child.scope ?? '', parts: partsOf(child) },
  )
}
