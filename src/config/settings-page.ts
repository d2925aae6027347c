import { defaultText, groups, type Setting } from './setting.ts'
import { settingList } from './settings.ts'

/** The command that generates `docs/settings.md`. */
export const generateCommand = 'npm run docs'

const introduction = `# Settings

<!-- Generated from src/config/settings/ by \`${generateCommand}\`: edit the settings there. -->

A setting is read from its flag (\`--max-body 8MiB\`), else from its environment variable, else from the settings file, else it has
its default. The file is \`chatterd.toml\` or \`chatterd.json\` in the working directory, or the one that \`--config FILE\` names; its
keys are the names in the first column. \`chatterd config\` prints the settings in force and where each value comes from, and
\`chatterd help max-body\` explains one setting. An unknown name is an error, also of a variable that begins with \`CHATTERD_\`;
a setting that has no effect beside the others is named in the log.

    # chatterd.toml
    port = 9000
    max-body = "8MiB"
    turn-timeout = "10m"

Durations are written \`500ms\`, \`15s\`, \`10m\` or \`1h\` (a bare number is seconds), sizes \`64KiB\`, \`4MiB\` or \`1GB\` (a bare number is
bytes). Relative paths in the file start at the file's folder, other relative paths at the working directory; \`~\` is your home
folder. An empty environment variable counts as not set.

The settings file is read again when it changes, and at SIGHUP. These settings change then, while the server runs:
${settingList
  .filter(([, { reload }]) => reload)
  .map(([, { name }]) => `\`${name}\``)
  .join(', ')}.
All others need a restart; the log names those whose change waits for it. The table \`[tools]\` of the file, which [tools.md](tools.md) describes, is read again as well.
`

function row(setting: Setting): string {
  const { name, env, fallbackEnvs = [], kind, about } = setting
  const variables = [env, ...fallbackEnvs].map((variable) => `\`${variable}\``).join(', else ')
  const text = defaultText(setting) ?? 'none'
  const standard = typeof setting.default === 'string' ? `\`${text}\`` : text
  const cells = [`\`${name}\``, variables, standard, kind.range ?? kind.placeholder, about]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

/** The text of `docs/settings.md`: one table for each group of settings. */
export function settingsPage(): string {
  const sections = groups.map((group) => {
    const rows = settingList
      .filter(([, setting]) => setting.group === group)
      .map(([, setting]) => row(setting))
    const heading = ['| setting | environment | default | values | description |', '|---|---|---|---|---|']
    return [`## ${group}`, '', ...heading, ...rows, ''].join('\n')
  })
  return [introduction, ...sections].join('\n')
}
