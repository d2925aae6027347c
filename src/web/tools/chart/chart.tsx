import { useState } from 'preact/hooks'
import { ScrollBox } from '../scroll-box.tsx'
import type { Series } from './find-series.ts'
import { Plot } from './plot.tsx'
import { numberText } from './scale.ts'

const mostRows = 200

/** The numbers of a result as a small chart. Those who cannot see it get them in words, as a table, and point by point. */
export function Chart({ series }: { series: Series }) {
  const [shown, setShown] = useState(0)
  const [point, setPoint] = useState<number>()
  const column = series.columns[shown] ?? series.columns[0]
  if (!column) return null
  const { name, unit = '', values } = column
  const labelOf = (index: number) => series.labels[index] ?? String(index + 1)
  const textOf = (index: number) => {
    const value = values[index]
    return `${labelOf(index)}: ${value === null || value === undefined ? 'nothing' : `${numberText(value)} ${unit}`.trim()}`
  }
  return (
    <figure class="chart">
      <div class="chart-head">
        {series.columns.length > 1 ? (
          <select
            aria-label="What is shown"
            value={shown}
            onChange={(event) => setShown(event.currentTarget.selectedIndex)}
          >
            {series.columns.map((one, index) => (
              <option key={one.name} value={index}>
                {one.name.slice(0, 60)}
              </option>
            ))}
          </select>
        ) : (
          <bdi class="tool-mono">{name.slice(0, 60)}</bdi>
        )}
        <span class="hint">{unit}</span>
        <output class="chart-point">{point === undefined ? '' : textOf(point)}</output>
      </div>
      <Plot series={series} values={values} point={point} onPoint={setPoint} textOf={textOf} />
      <figcaption class="hint">{inWords(series, values, unit)}</figcaption>
      <details class="chart-table">
        <summary>As a table</summary>
        <ScrollBox class="table-value" label="The numbers of the chart">
          <table>
            <tbody>
              {values.slice(0, mostRows).map((value, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the points keep their order
                <tr key={index}>
                  <th scope="row">
                    <bdi>{labelOf(index)}</bdi>
                  </th>
                  <td class="plain-value">{value === null ? '' : numberText(value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      </details>
    </figure>
  )
}

function inWords(series: Series, values: readonly (number | null)[], unit: string): string {
  const numbers = values.filter((one) => one !== null)
  const least = numbers.reduce((a, b) => Math.min(a, b), Infinity)
  const most = numbers.reduce((a, b) => Math.max(a, b), -Infinity)
  const cut = series.length > values.length ? `, the first of ${series.length}` : ''
  return `${values.length} values${cut}, from ${numberText(least)} to ${numberText(most)} ${unit}`.trim()
}
