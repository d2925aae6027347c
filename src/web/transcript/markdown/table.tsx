import type { Token, Tokens } from 'marked'
import type { ComponentChildren } from 'preact'
import { columnWidths, hasFirstRow } from './column-widths.ts'

/** A table that scrolls in itself. While it grows it is shown from its first row on, and its columns stay as wide as they were then. */
export function Table(props: {
  token: Tokens.Table
  growing: boolean
  renderTokens(tokens: readonly Token[]): ComponentChildren
}) {
  const { token, growing, renderTokens } = props
  const { header, rows, align, raw } = token
  if (growing && !hasFirstRow(raw)) return null
  const widths = columnWidths(token)
  // In a cell that is not at the left what is there already would move with each word.
  const complete = growing && !raw.endsWith('\n') ? rows.slice(0, -1) : rows
  const sum = widths.reduce((total, width) => total + width, 0)
  const cell = (column: number) => (align[column] ? `align-${align[column]}` : undefined)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard
    <div class="table" tabIndex={0}>
      <table style={{ width: `${sum}ch`, maxWidth: `max(100%, ${6.5 * widths.length}rem)` }}>
        <colgroup>
          {widths.map((width) => (
            <col style={{ width: `${(100 * width) / sum}%` }} />
          ))}
        </colgroup>
        <thead>
          <tr>
            {header.map(({ tokens }, column) => (
              <th class={cell(column)} scope="col" dir="auto">
                {renderTokens(tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {complete.map((row) => (
            <tr>
              {row.map(({ tokens }, column) => (
                <td class={cell(column)} dir="auto">
                  {renderTokens(tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
