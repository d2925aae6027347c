import type { TextPart } from '../protocol/tool-settings/text-part.ts'

/** `{name}` is an argument, `{{name}}` the text `{name}`; `${NAME}` is a variable of the environment. */
const placeholder = /(?<!\$)(\{\{[A-Za-z_][\w-]*\}\}|\{[A-Za-z_][\w-]*\})/

/** The parts of a template. Every second one that `split` gives is a placeholder. */
export function partsOf(template: string): TextPart[] {
  const parts = template.split(placeholder).map((text, index): TextPart => {
    if (index % 2 === 0) return text
    return text.startsWith('{{') ? text.slice(1, -1) : { argument: text.slice(1, -1) }
  })
  return template === '' ? [''] : parts.filter((part) => part !== '')
}

export function isArgument(part: TextPart): part is { readonly argument: string } {
  return typeof part !== 'string'
}

/** The names of the arguments in a template. */
export function argumentsOf(parts: readonly TextPart[]): string[] {
  return parts.filter(isArgument).map(({ argument }) => argument)
}
