import { refuse, type Source } from '../source.ts'

/** Marks that stand around calls and nothing else, in their letters alone: `<tool_call>`, `</tool_calls>`, `<|tool_call_start|>`, … */
const words = wordsOf(
  'toolcall toolcalls tool tools tooluse toolrequest toolcode toolcallstart toolcallend toolcallbegin toolcallsbegin toolcallsend toolcallssection',
  'toolcallssectionbegin toolcallssectionend function functions functioncall functioncalls startfunctioncall endfunctioncall invoke pythontag call',
  'actionstart actionend plugin minimaxtoolcall',
)

/** Control tokens that may also come after the last call. */
const endings = wordsOf('eomid eotid imend endoftext eos s parameter endofturn return end')

function wordsOf(...lists: string[]): readonly string[] {
  return lists.flatMap((list) => list.split(' '))
}

const tag = /^<[/|｜]*[A-Za-z_▁: -]*[|｜]*>/
const tagStart = /^<[/|｜]*[A-Za-z_▁: -]*[|｜]*$/
const bracket = /^\[\/?(?:TOOL_CALLS|TOOL_CALL|TOOL_REQUEST|END_TOOL_REQUEST)\]/
const lettersOnly = /[^a-z]/g

/** The longest mark, in UTF-16 units. */
const longest = 40

/** Reads a mark that comes before calls. False where none comes next. */
export function takeOpener(source: Source): boolean {
  return takeTag(source, words, false) || takeBracket(source)
}

/** Reads a mark that comes after calls, or between them; at the end of a reply, also the beginning of one. */
export function takeCloser(source: Source): boolean {
  return takeTag(source, [...words, ...endings], true) || takeBracket(source) || takeBroken(source)
}

function takeTag(source: Source, known: readonly string[], mayClose: boolean): boolean {
  if (source.peek() !== '<') return false
  const next = source.text.slice(source.at, source.at + longest)
  const found = tag.exec(next)?.[0]
  if (found === undefined) {
    if (mayBecome(next, known, mayClose)) waitForMore(source)
    return false
  }
  if ((found.includes('/') && !mayClose) || !known.includes(lettersOf(found))) return false
  source.at += found.length
  return true
}

function mayBecome(rest: string, known: readonly string[], mayClose: boolean): boolean {
  if (rest.length === longest || !tagStart.test(rest)) return false
  return (mayClose || !rest.includes('/')) && known.some((word) => word.startsWith(lettersOf(rest)))
}

function lettersOf(mark: string): string {
  return mark.toLowerCase().replace(lettersOnly, '')
}

function takeBracket(source: Source): boolean {
  if (source.peek() !== '[') return false
  const next = source.text.slice(source.at, source.at + longest)
  const found = bracket.exec(next)?.[0] ?? ''
  if (found === '' && /^\[\/?[A-Z_]*$/.test(next)) waitForMore(source)
  source.at += found.length
  return found !== ''
}

/** `</tool_cal`, where the reply ends. */
function takeBroken(source: Source): boolean {
  if (!source.has('</')) return false
  const rest = source.text.slice(source.at)
  if (rest.length > longest || !/^<\/[a-z_]*$/.test(rest)) return false
  source.at = source.text.length
  return true
}

/** Where the text is open, what comes next is not complete. */
function waitForMore(source: Source): void {
  const { at } = source
  source.at = source.text.length
  source.peek()
  source.at = at
}

const fence = /^```[ \t]*([\w.+#-]*)[ \t]*\r?\n/

/** Languages of code: a call in it is a part of a program, or an example. */
const code = new Set(
  'bash c cpp c++ cs csharp css diff go html http ini java javascript js jsx kotlin lua md markdown perl php plaintext powershell py python python3 r rb ruby rust scala sh shell sql swift text toml ts tsx txt typescript yaml yml zsh'.split(
    ' ',
  ),
)

/** Reads the line that opens a fence; true where its label says that calls are in it. Refused where the fence is for code. */
export function takeFence(source: Source): boolean {
  if (!source.has('```')) refuse()
  const next = source.text.slice(source.at, source.at + longest)
  const found = fence.exec(next)
  if (!found) {
    if (next.length < longest && /^`{3}[\w.+# \t-]*\r?$/.test(next)) waitForMore(source)
    return refuse()
  }
  const label = (found[1] ?? '').toLowerCase()
  if (code.has(label)) refuse()
  source.at += found[0].length
  return /^(?:tool|function)/.test(label)
}
