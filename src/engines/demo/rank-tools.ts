import type { ToolSchema } from '../../protocol/tool-schema.ts'

/** The most tools that one question can ask for, so that its turn ends soon. */
const maxTools = 4

/** Words that say nothing about which tool is meant. */
const stopWords = new Set(
  'about an and any are as at be by can current do does for from get give has have how in is it its me my of on or please tell that the there this to use what when which will with you your'.split(
    ' ',
  ),
)

/**
 * The tools that a question asks for, best first, by the words that it shares with their names, then with their descriptions.
 * A tool that shares no word which a better one does not share too is left out: "turn the light on" does not ask for light_off.
 */
export function rankTools(question: string, tools: ToolSchema[]): ToolSchema[] {
  const asked = new Set(wordsOf(question))
  const ranked = tools
    .map((tool) => {
      const nameWords = wordsOf(tool.function.name)
      const inName = nameWords.filter((word) => asked.has(word))
      const inDescription = wordsOf(tool.function.description ?? '').filter((word) => asked.has(word))
      return { tool, nameWords, inName, inDescription }
    })
    .sort(
      (a, b) =>
        b.inName.length - a.inName.length ||
        b.inDescription.length - a.inDescription.length ||
        a.nameWords.length - b.nameWords.length,
    )
  const wanted = ranked.filter(({ inName, inDescription }) => {
    const unclaimed = [...inName, ...inDescription].filter((word) => asked.delete(word))
    return unclaimed.length > 0
  })
  return wanted.slice(0, maxTools).map(({ tool }) => tool)
}

/** The different words of a text, in lower case, without stop words and endings. "Where" and "here" ask for a location. */
function wordsOf(text: string): string[] {
  const words = text
    .replaceAll(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replaceAll(/\b(?:here|where)\b/g, 'location')
    .match(/\p{L}{2,}/gu)
  const meaningful = (words ?? []).filter((word) => !stopWords.has(word))
  return [...new Set(meaningful.map((word) => word.replace(/(?<=\p{L}{3})(?:s|ed|ing)$/u, '')))]
}
