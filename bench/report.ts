/** One line of the report. `aim` is what the figure should keep within; nothing fails on it. */
export interface Figure {
  what: string
  pipe?: string
  other?: string
  /** Of the other to the pipe, or what is added to it. */
  result: string
  aim?: string
}

/** The figures as a Markdown table, ready for bench/README.md. */
export function report(base: string, other: string, figures: readonly Figure[]): string {
  const rows = figures.map((figure) => [
    figure.what,
    figure.pipe ?? '',
    figure.other ?? '',
    figure.result,
    figure.aim ?? '',
  ])
  return [['measure', base, other, 'result', 'aim'], ['---', '---:', '---:', '---:', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}
