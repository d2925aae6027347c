import { useState } from 'preact/hooks'
import { RevealedText } from '../../shell/revealed-text.tsx'
import { ScrollBox } from '../scroll-box.tsx'
import { isLongText, isShortList, type Table, tableOf } from './arrange-value.ts'
import type { ValueNode } from './describe-value.ts'

/** `exact`: for approvals. Hidden characters are shown, and long texts scroll where the others are folded. */
interface ValueProps {
  node: ValueNode
  exact?: boolean
}

/** A value as names and values. */
export function ValueView({ node, exact = false }: ValueProps) {
  if (node.kind === 'text') return <TextValue text={node.text} left={node.left} exact={exact} />
  if (node.kind === 'plain') return <PlainValue node={node} />
  if (node.kind === 'folded')
    return <span class="hint">{`${node.list ? 'a list' : 'an object'} of ${node.size}; JSON has it`}</span>
  if (node.members.length === 0 && node.left === 0)
    return <span class="hint">{node.list ? 'an empty list' : 'none'}</span>
  const table = exact ? undefined : tableOf(node)
  if (table) return <TableValue table={table} left={node.left} />
  if (!exact && isShortList(node)) return <ShortList node={node} />
  return (
    <dl class="pairs">
      {node.members.map(({ name, value }) => (
        <div key={name} class={pairClass(node.list, value, exact)}>
          <dt>
            {exact ? (
              <bdi>
                <RevealedText text={name} />
              </bdi>
            ) : (
              <bdi>{name.slice(0, 200)}</bdi>
            )}
          </dt>
          <dd>
            <ValueView node={value} exact={exact} />
          </dd>
        </div>
      ))}
      <Left count={node.left} thing="more" />
    </dl>
  )
}

function pairClass(ofList: boolean, value: ValueNode, exact: boolean): string {
  if (value.kind === 'members' && value.members.length > 0 && (exact || !isShortList(value)))
    return 'pair nested'
  return ofList ? 'pair numbered' : 'pair'
}

function PlainValue({ node }: { node: ValueNode & { kind: 'plain' } }) {
  return (
    <span class={`plain-value ${node.type}`}>
      {node.type === 'boolean' ? (node.text === 'true' ? 'true' : 'false') : node.text}
      {node.inexact && <span class="hint"> (rounded by this browser)</span>}
    </span>
  )
}

function TextValue({ text, left, exact }: { text: string; left: number; exact: boolean }) {
  const [open, setOpen] = useState(false)
  if (text === '') return <span class="hint">an empty text</span>
  const long = isLongText(text)
  if (exact && !long)
    return (
      <div class="text-value exact whole">
        <bdi>
          <RevealedText text={text} />
        </bdi>
      </div>
    )
  if (exact)
    return (
      <>
        <ScrollBox class="text-value exact" label="Long text">
          <bdi>
            <RevealedText text={text} />
          </bdi>
        </ScrollBox>
        <span class="hint">{`${text.length.toLocaleString('en')} characters; scroll to read them all`}</span>
      </>
    )
  return (
    <>
      <div class={long && !open ? 'text-value folded' : 'text-value'}>
        <bdi>{text}</bdi>
      </div>
      {long && (
        <button type="button" class="quiet tool-button" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
        </button>
      )}
      {(open || !long) && <Left count={left} thing="more characters; Copy has them" />}
    </>
  )
}

/** So many items of a list of numbers or words are shown at first. */
const firstItems = 24

function ShortList({ node }: { node: ValueNode & { kind: 'members' } }) {
  const [open, setOpen] = useState(false)
  const shown = open ? node.members : node.members.slice(0, firstItems)
  const folded = node.members.length - shown.length
  return (
    <span class="short-list">
      {shown.map(({ name, value }, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <bdi>{value.kind === 'text' || value.kind === 'plain' ? value.text : ''}</bdi>
        </span>
      ))}
      {folded > 0 && (
        <button type="button" class="quiet tool-button" onClick={() => setOpen(true)}>
          {`and ${folded} more`}
        </button>
      )}
      {folded === 0 && node.left > 0 && (
        <span class="hint">{` and ${node.left.toLocaleString('en')} more; JSON has them`}</span>
      )}
    </span>
  )
}

function TableValue({ table, left }: { table: Table; left: number }) {
  return (
    <ScrollBox class="table-value" label="Table">
      <table>
        <thead>
          <tr>
            {table.names.map((name) => (
              <th key={name} scope="col">
                <bdi>{name.slice(0, 60)}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of one value keep their order
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={table.names[column]} class={cell.kind === 'plain' ? 'plain-value' : ''}>
                  <bdi>{cell.text}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Left count={left} thing="more rows" />
    </ScrollBox>
  )
}

function Left({ count, thing }: { count: number; thing: string }) {
  return count > 0 ? <div class="hint">{`… ${count.toLocaleString('en')} ${thing}`}</div> : null
}
