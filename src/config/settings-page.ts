import { groups, type Setting } from './setting.ts'
import { settingList } from './settings.ts'

/** The command that renews `docs/settings.md`. */
export const renewCommand = 'npm run docs'

const introduction = `# Settings

<!-- Made from src/config/settings.ts by \`${renewCommand}\`; changes belong there. -->

Each setting is read from its flag (\`--max-body 8MiB\`), else its environment variable, else the file, else it has its default.
The file is \`chatterd.toml\` or \`chatterd.json\` in the working directory, or the one named by \`--config FILE\`; its keys are the
names in the first column. \`chatterd config\` prints what is in force and where each value came from.

    # chatterd.toml
    port = 9000
    max-body = "8MiB"
    turn-timeout = "10m"

Durations are written \`500ms\`, \`15s\`, \`10m\` or \`1h\` (a bare number is seconds), sizes \`64KiB\`, \`4MiB\` or \`1GB\` (a bare number is
bytes). Relative paths in the file start at its folder, others at the working directory; \`~\` is your home. An empty environment
variable counts as not set.
`

function row({ name, env, fallbackEnv, kind, default: usual, about }: Setting): string {
  const variables = fallbackEnv === undefined ? `\`${env}\`` : `\`${env}\`, else \`${fallbackEnv}\``
  const standard = usual === null ? 'none' : typeof usual === 'string' ? `\`${usual}\`` : usual.words
  const cells = [`\`${name}\``, variables, standard, kind.range ?? kind.placeholder, about]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** The text of `docs/settings.md`: the table of all settings, a section for each group. */
export function settingsPage(): string {
  const sections = groups.map((group) => {
    const rows = settingList
      .filter(([, setting]) => setting.group === group)
      .map(([, setting]) => row(setting))
    const heading = ['| setting | environment | default | takes | what it does |', '|---|---|---|---|---|']
    return [`## ${group}`, '', ...heading, ...rows, ''].join('\n')
  })
  return [introduction, ...sections].join('\n')
}
