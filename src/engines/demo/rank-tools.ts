import type { ToolSchema } from '../../protocol/tool-schema.ts'

const idle = new Set(
  'a about also an and any are as at be by can current currently do does fetch find for from get give gives has have how i in into is it its list make me my now of on or please read return returns set show some tell than that the their then there this to tool use used user was what when which will with you your'.split(
    ' ',
  ),
)

/**
 * The tools that a text seems to ask for, best first: words of names weigh more than words of descriptions. A tool that is
 * asked for by its name always counts, however well others fit.
 */
export function rankTools(text: string, tools: ToolSchema[]): ToolSchema[] {
  const asked = wordsOf(text)
  const scored = tools.map((tool) => ({
    tool,
    score: score(asked, tool),
    isNamed: countMatches(asked, wordsOf(tool.function.name)) > 0,
  }))
  const best = Math.max(0, ...scored.map(({ score }) => score))
  return scored
    .filter(({ score, isNamed }) => isNamed || (score > 0 && 2 * score >= best))
    .sort((a, b) => b.score - a.score)
    .map(({ tool }) => tool)
}

function score(asked: string[], { function: { name, description = '' } }: ToolSchema): number {
  const named = wordsOf(name)
  const described = wordsOf(description).filter((word) => !named.includes(word))
  return 3 * countMatches(asked, named) + countMatches(asked, described)
}

function countMatches(asked: string[], words: string[]): number {
  return words.filter((word) => asked.some((other) => sameWord(word, other))).length
}

/** Equal, or one the beginning of the other: `city`/`cities` no, `roll`/`rolling` yes. */
function sameWord(one: string, other: string): boolean {
  return (
    one === other ||
    (one.length >= 4 && other.startsWith(one)) ||
    (other.length >= 4 && one.startsWith(other))
  )
}

/** The words of a text that may tell what is wanted, in lower case. */
export function wordsOf(text: string): string[] {
  const words = text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .match(/\p{L}+/gu)
  const meaningful = (words ?? []).map((word) => (word === 'here' || word === 'where' ? 'location' : word))
  return [...new Set(meaningful.filter((word) => !idle.has(word)))]
}
