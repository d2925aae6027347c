import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** Most tools that are called for one question, so that its turn ends soon. */
const maxTools = 4

/** Words that do not help to choose a tool. */
const stopWords = new Set(
  'about an and any are as at be by can current do does for from get give has have how in is it its me my of on or please tell that the there this to use what when which will with you your'.split(
    ' ',
  ),
)

/**
 * The tools for a question, best first, by the words that it shares with their names, then with their descriptions. A tool must
 * share a word that no better tool shares: "turn the light on" does not call light_off.
 */
export function rankTools(question: string, tools: readonly ToolSchema[]): ToolSchema[] {
  const questionWords = new Set(keywordsOf(question))
  const ranked = tools
    .map((tool) => {
      const nameWords = keywordsOf(tool.function.name)
      const inName = nameWords.filter((word) => questionWords.has(word))
      const inDescription = keywordsOf(tool.function.description ?? '').filter((word) =>
        questionWords.has(word),
      )
      return { tool, nameWords, inName, inDescription }
    })
    .sort(
      (a, b) =>
        b.inName.length - a.inName.length ||
        b.inDescription.length - a.inDescription.length ||
        a.nameWords.length - b.nameWords.length,
    )
  const selected = ranked.filter(({ inName, inDescription }) => {
    const unclaimed = [...inName, ...inDescription].filter((word) => questionWords.delete(word))
    return unclaimed.length > 0
  })
  return selected.slice(0, maxTools).map(({ tool }) => tool)
}

/** The distinct words of a text in lower case, without stop words and endings. "Where" and "here" count as "location". */
function keywordsOf(text: string): string[] {
  const words = text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replaceAll(/\b(?:here|where)\b/g, 'location')
    .match(/\p{L}{2,}/gu)
  const meaningful = (words ?? []).filter((word) => !stopWords.has(word))
  return [...new Set(meaningful.map((word) => word.replace(/(?<=\p{L}{3})(?:s|ed|ing)$/u, '')))]
}
