import { median, spread } from './statistics.ts'

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

/** The columns of a figure that was measured in rounds, in turn: of both the medians with least and greatest, and the ratio of medians and of rounds. */
export function ratioFigure(
  [base, other]: readonly [readonly number[], readonly number[]],
  digits: number,
  unit: string,
): Pick<Figure, 'pipe' | 'other' | 'result'> {
  const ratios = other.map((value, round) => value / (base[round] ?? Number.NaN))
  return {
    pipe: `${spread(base, digits)} ${unit}`,
    other: `${spread(other, digits)} ${unit}`,
    result: `${(median(other) / median(base)).toFixed(2)} x; rounds ${spread(ratios, 2)}`,
  }
}
