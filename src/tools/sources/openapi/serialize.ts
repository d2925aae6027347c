import { isJsonObject } from '../../../protocol/json.ts'
import { argumentsJson, textOf } from '../argument-text.ts'
import { encodedText } from '../http/encoded-text.ts'
import type { Parameter } from './operation.ts'

// https://spec.openapis.org/oas/v3.1.1.html#style-values

/** A parameter in a path, of the style `simple`. */
export function pathText({ style, explode }: Parameter, value: unknown): string {
  return style === 'json' ? encodedText(argumentsJson(value)) : simple(value, explode, encodedText)
}

/** A parameter in a header, of the style `simple`. */
export function headerText({ style, explode }: Parameter, value: unknown): string {
  return style === 'json' ? argumentsJson(value) : simple(value, explode, (text) => text)
}

/** The members `name=value` of a parameter in a query or in cookies. */
export function queryMembers({ name, style, explode }: Parameter, value: unknown): string[] {
  const member = (key: string, text: string) => `${encodedText(key)}=${text}`
  if (style === 'json') return [member(name, encodedText(argumentsJson(value)))]
  if (Array.isArray(value)) {
    const texts = value.map((each) => encodedText(textOf(each)))
    if (explode) return texts.map((text) => member(name, text))
    return texts.length > 0 ? [member(name, texts.join(separators[style] ?? ','))] : []
  }
  if (!isJsonObject(value)) return [member(name, encodedText(textOf(value)))]
  const entries = Object.entries(value).map(([key, each]) => [key, encodedText(textOf(each))] as const)
  if (style === 'deepObject') return entries.map(([key, text]) => member(`${name}[${key}]`, text))
  if (explode) return entries.map(([key, text]) => member(key, text))
  const flat = entries.flatMap(([key, text]) => [encodedText(key), text])
  return flat.length > 0 ? [member(name, flat.join(separators[style] ?? ','))] : []
}

const separators: Partial<Record<Parameter['style'], string>> = {
  spaceDelimited: '%20',
  pipeDelimited: '%7C',
}

function simple(value: unknown, explode: boolean, encode: (text: string) => string): string {
  if (Array.isArray(value)) return value.map((each) => encode(textOf(each))).join(',')
  if (!isJsonObject(value)) return encode(textOf(value))
  const entries = Object.entries(value).map(([key, each]) => [encode(key), encode(textOf(each))])
  return entries.map((entry) => entry.join(explode ? '=' : ',')).join(',')
}
