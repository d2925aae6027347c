import type { ValueNode } from './describe-value.ts'

type Cell = ValueNode & { kind: 'text' | 'plain' }
type Members = ValueNode & { kind: 'members' }

/** A list of objects that all have the same few members. */
export interface Table {
  names: string[]
  rows: Cell[][]
}

const mostColumns = 8
const longestCell = 60
const longestItem = 30

/** A list as a table; undefined where it is no list of flat objects with the same names. */
export function tableOf({ list, members }: Members): Table | undefined {
  const [first] = members
  if (!list || members.length < 2 || first?.value.kind !== 'members') return undefined
  const names = first.value.members.map(({ name }) => name)
  if (names.length < 2 || names.length > mostColumns) return undefined
  const rows: Cell[][] = []
  for (const { value } of members) {
    if (value.kind !== 'members' || value.list || value.left > 0 || value.members.length !== names.length)
      return undefined
    if (value.members.some(({ name }, index) => name !== names[index])) return undefined
    const cells = value.members.map((member) => member.value).filter(isCell)
    if (cells.length !== names.length) return undefined
    rows.push(cells)
  }
  return { names, rows }
}

/** True for a list that is read best in one paragraph: numbers and words. */
export function isShortList({ list, members }: Members): boolean {
  return (
    list &&
    members.length > 0 &&
    members.every(({ value }) => isCell(value) && value.text.length <= longestItem)
  )
}

function isCell(node: ValueNode): node is Cell {
  return (
    node.kind === 'plain' ||
    (node.kind === 'text' && node.text.length <= longestCell && !node.text.includes('\n'))
  )
}

/** True for a text that would fill the view. */
export function isLongText(text: string): boolean {
  if (text.length > 600) return true
  let lines = 0
  for (let at = text.indexOf('\n'); at >= 0 && lines <= 10; at = text.indexOf('\n', at + 1)) lines += 1
  return lines > 10
}
