import { useMemo } from 'preact/hooks'
import { failureOf, type ShownCall } from './call-words.ts'
import { findSeries } from './chart/find-series.ts'
import { lazyView } from './lazy-view.tsx'
import { ValueSection } from './value-section.tsx'
import { readOutput } from './values/json-text.ts'

const Chart = lazyView(async () => (await import('./chart/chart.tsx')).Chart)

/** All of a call: drawn once it is opened. */
export function CallBody({ call, source }: { call: ShownCall; source: string | undefined }) {
  const failure = failureOf(call)
  const output = failure === undefined ? call.output : undefined
  const result = useMemo(() => (output === undefined ? undefined : readOutput(output)), [output])
  const series = useMemo(() => (result === undefined ? undefined : findSeries(result)), [result])
  return (
    <div class="call-body">
      <ValueSection title="Arguments" value={call.arguments} />
      {call.repairs && call.repairs.length > 0 && (
        <section class="call-section">
          <p class="call-title">Mended</p>
          <ul class="call-repairs">
            {call.repairs.slice(0, 50).map(({ detail }, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: what was mended of one call keeps its order
              <li key={index}>
                <bdi>{detail.slice(0, 1000)}</bdi>
              </li>
            ))}
          </ul>
        </section>
      )}
      {failure !== undefined && <ValueSection title="What the model was told" value={failure} />}
      {series && (
        <div class="chart-space">
          <Chart series={series} />
        </div>
      )}
      {result !== undefined && <ValueSection title="Result" value={result} />}
      <p class="hint call-origin">
        {call.side === 'device' ? 'Runs in the browser that sent the prompt' : 'Runs on the server'}
        {source !== undefined && (
          <>
            , from <bdi class="tool-mono">{source.slice(0, 200)}</bdi>
          </>
        )}
        {' · '}
        <bdi class="tool-mono">{call.callId.slice(0, 80)}</bdi>
      </p>
    </div>
  )
}
