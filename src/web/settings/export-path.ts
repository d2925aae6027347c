/** Where the server gives all of a conversation as a file. */
export function exportPath(name: string, format: 'markdown' | 'json'): string {
  return `/chatterd/v1/conversations/${encodeURIComponent(name)}/export?format=${format}`
}
