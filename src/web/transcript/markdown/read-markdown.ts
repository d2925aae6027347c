import { Lexer, type MarkedOptions, type Token, Tokenizer, type Tokens } from 'marked'
import { isReadable } from './bounds.ts'

/** Addresses by the names under which a text refers to them: `[name]: https://…`. */
export type Definitions = Record<string, Pick<Tokens.Link, 'href' | 'title'>>

/** Mathematics, as it is written. */
export interface MathToken {
  type: 'math'
  raw: string
}

/** HTML is text like any other. */
class TextTokenizer extends Tokenizer {
  override html(): undefined {
    return undefined
  }
  override tag(): undefined {
    return undefined
  }
}

const mathPattern =
  /^(?:\$\$[^$]{1,2000}\$\$|\\\[[\s\S]{1,2000}?\\\]|\\\([^\n]{1,500}?\\\)|\$(?![\s\d])[^$\n]{0,200}[^\s$\\]\$(?!\d))/

function math(text: string): MathToken | undefined {
  const raw = mathPattern.exec(text)?.[0]
  return raw === undefined ? undefined : { type: 'math', raw }
}

function startOfMath(text: string): number | undefined {
  const index = text.search(/\$|\\[[(]/)
  return index < 0 ? undefined : index
}

const options: MarkedOptions = {
  gfm: true,
  tokenizer: new TextTokenizer(),
  extensions: { inline: [math], startInline: [startOfMath], renderers: {}, childTokens: {} },
}

/**
 * The tokens of a block of Markdown; undefined where it is to be shown as it was written. What the block defines is added to
 * `definitions`, and what was defined before holds in it.
 */
export function readMarkdown(block: string, definitions: Definitions): readonly Token[] | undefined {
  if (!isReadable(block)) return undefined
  try {
    const lexer = new Lexer(options)
    Object.assign(lexer.tokens.links, definitions)
    const tokens = lexer.lex(block)
    Object.assign(definitions, lexer.tokens.links)
    return tokens
  } catch {
    // Whatever the reader does not master is still text.
    return undefined
  }
}
