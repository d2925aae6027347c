import { didYouMean } from '../../../protocol/closest-name.ts'
import { ChatterdError } from '../../../protocol/errors.ts'
import { matchPattern } from '../../../protocol/match-pattern.ts'
import type { NativePorts } from './ports.ts'

/** Throws `invalid-request` for the first pattern that is the name of no resident tool, with the nearest one. */
export function checkResidentTools(
  patterns: readonly string[],
  { residentTools }: Pick<NativePorts, 'residentTools'>,
): void {
  const names = residentTools().map(({ schema }) => schema.function.name)
  for (const [index, pattern] of patterns.entries()) {
    if (names.some((name) => matchPattern(pattern, name))) continue
    const hint = didYouMean(pattern, names) || '.'
    throw new ChatterdError(
      'invalid-request',
      `residentTools.${index}: there is no resident tool "${pattern}"${hint}`,
    )
  }
}
