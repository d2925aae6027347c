import type { ConversationData, MessageData } from '../../../../protocol/native/conversation.ts'
import type { CallData } from '../../../../protocol/native/turn.ts'

/** The beginning of a conversation as Markdown. */
export function markdownHead({ title, name, system }: ConversationData): string {
  const heading = (title ?? name).replace(/\s+/g, ' ')
  return `# ${heading}\n${system === null ? '' : `\n## System prompt\n\n${fenced(system)}\n`}`
}

const names = { system: 'System', user: 'User', assistant: 'Assistant' }

/** A message as Markdown: its text is Markdown already, and what stands in it ends with it. */
export function markdownMessage(message: MessageData): string {
  const { role, content, thinking, images = [], calls, complete, refused, createdAt } = message
  const notes = [
    ...(complete ? [] : ['interrupted']),
    ...(refused ? ['its turn failed'] : []),
    ...(images.length > 0 ? [images.length === 1 ? '1 image' : `${images.length} images`] : []),
  ]
  const parts = [
    `## ${names[role]}, ${createdAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')}`,
    ...(notes.length > 0 ? [`*${notes.join(', ')}*`] : []),
    ...(thinking ? [`<details><summary>Thinking</summary>\n\n${fenced(thinking)}\n\n</details>`] : []),
    ...(content.trim() === '' ? [] : [withClosedFence(content)]),
    ...calls.map(markdownCall),
  ]
  return `\n${parts.join('\n\n')}\n`
}

function markdownCall({ name, arguments: args, side, status, output, error, ms }: CallData): string {
  const where = side === 'device' ? 'on the device' : 'on the server'
  const took = ms === undefined ? '' : `, ${ms} ms`
  const result = output ?? error
  return [
    `**Call of ${codeSpan(name)}** ${where}: ${status}${took}`,
    fenced(JSON.stringify(args, undefined, 2), 'json'),
    ...(result === undefined ? [] : [output === undefined ? 'Error:' : 'Result:', fenced(result)]),
  ].join('\n\n')
}

/** A text as a block of code, with a fence that is longer than any in it. */
function fenced(text: string, language = 'text'): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}${language}\n${text}\n${fence}`
}

function codeSpan(text: string): string {
  const mark = '`'.repeat(longestRun(text) + 1)
  const line = text.replace(/\s+/g, ' ')
  return line.includes('`') ? `${mark} ${line} ${mark}` : `${mark}${line}${mark}`
}

function longestRun(text: string): number {
  let longest = 0
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length)
  return longest
}

/** A text whose last block of code is closed: a reply that was cut off would take all that follows into its own. */
function withClosedFence(text: string): string {
  let open: string | undefined
  for (const [, fence = '', rest = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,})(.*)$/gm)) {
    if (open === undefined) {
      if (!(fence.startsWith('`') && rest.includes('`'))) open = fence
    } else if (fence.startsWith(open) && rest.trim() === '') open = undefined
  }
  return open === undefined ? text : `${text}\n${open}`
}
