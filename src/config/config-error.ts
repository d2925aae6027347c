/** The settings are wrong. Each problem is a sentence that names the setting, its value and what was expected. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  /** The files that the settings depend on, whether they are there or not. */
  readonly files: readonly string[]

  constructor(problems: readonly string[], files: readonly string[]) {
    const heading =
      problems.length === 1
        ? 'chatterd cannot start: a setting is wrong.'
        : `chatterd cannot start: ${problems.length} settings are wrong.`
    super([heading, '', ...problems.map((problem) => `  ${problem}`), ''].join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
    this.files = files
  }
}
