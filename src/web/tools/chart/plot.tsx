import type { Series } from './find-series.ts'
import { axisText, shortLabels, ticksOf } from './scale.ts'
import './chart.css'

/** More points than that are drawn as a line. */
const mostBars = 40

interface PlotProps {
  series: Series
  values: readonly (number | null)[]
  point: number | undefined
  onPoint(index: number | undefined): void
  textOf(index: number): string
}

/** The drawing with its axes. The points are chosen with the pointer, or with the arrow keys, because a slider lies over it. */
export function Plot({ series, values, point, onPoint, textOf }: PlotProps) {
  const bars = !series.continuous && values.length <= mostBars
  const numbers = values.filter((one) => one !== null)
  const least = numbers.reduce((a, b) => Math.min(a, b), bars ? 0 : Infinity)
  const most = numbers.reduce((a, b) => Math.max(a, b), bars ? 0 : -Infinity)
  const ticks = ticksOf(least, most)
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)]
  // The drawing is 100 by 100 and stretched; labels are text of the page, which is not.
  const y = (value: number) => 100 - ((value - low) / (high - low)) * 100
  const x = (index: number) =>
    bars ? ((index + 0.5) / values.length) * 100 : (index / Math.max(1, values.length - 1)) * 100
  const moveTo = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const part = Math.min(0.9999, Math.max(0, (event.clientX - left) / width))
    onPoint(bars ? Math.floor(part * values.length) : Math.round(part * (values.length - 1)))
  }
  const last = values.length - 1
  const ends = shortLabels(
    [0, Math.floor(last / 2), last].map((index) => series.labels[index] ?? String(index + 1)),
  )
  const chosen = point === undefined ? undefined : values[point]
  return (
    <div class="plot">
      <div class="plot-y" aria-hidden="true">
        {ticks.map((tick) => (
          <span key={tick} style={{ top: `${y(tick)}%` }}>
            {axisText(tick)}
          </span>
        ))}
      </div>
      <div class="plot-area">
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
          {ticks.map((tick) => (
            <path key={tick} class={tick === 0 ? 'plot-zero' : 'plot-grid'} d={`M0 ${y(tick)}H100`} />
          ))}
          {bars ? (
            values.map((value, index) =>
              value === null ? null : (
                // biome-ignore lint/suspicious/noArrayIndexKey: the points keep their order
                <path key={index} class="plot-bar" d={barOf(x(index), y(0), y(value), 70 / values.length)} />
              ),
            )
          ) : (
            <path class="plot-line" d={lineOf(values, x, y)} />
          )}
        </svg>
        {point !== undefined && typeof chosen === 'number' && (
          <span class="plot-point" style={{ left: `${x(point)}%`, top: `${y(chosen)}%` }} />
        )}
        <input
          type="range"
          aria-label="Point of the chart"
          min={0}
          max={last}
          value={point ?? 0}
          aria-valuetext={textOf(point ?? 0)}
          onInput={(event) => onPoint(Number(event.currentTarget.value))}
          onFocus={() => onPoint(point ?? 0)}
          onBlur={() => onPoint(undefined)}
          onPointerMove={moveTo}
          onPointerLeave={() => onPoint(undefined)}
        />
      </div>
      <div class="plot-x" aria-hidden="true">
        {ends.map((label, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: first, middle and last
          <bdi key={index}>{label}</bdi>
        ))}
      </div>
    </div>
  )
}

function barOf(middle: number, from: number, to: number, width: number): string {
  return `M${middle - width / 2} ${from}V${to}h${width}V${from}z`
}

/** A line that breaks where there is no value. */
function lineOf(
  values: readonly (number | null)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let drawing = false
  return values
    .map((value, index) => {
      const command = drawing ? 'L' : 'M'
      drawing = value !== null
      if (value === null) return ''
      // A line of no length, with round ends, is a point: a value may have no neighbours.
      const start = command === 'M' ? 'h0' : ''
      return `${command}${x(index).toFixed(2)} ${y(value).toFixed(2)}${start}`
    })
    .join('')
}
