import { serverRoot } from '../shell/server-root.ts'

/** Where the server gives all of a conversation as a file. */
export function exportPath(name: string, format: 'markdown' | 'json'): string {
  const root = serverRoot(location.pathname)
  return `${root}/chatterd/v1/conversations/${encodeURIComponent(name)}/export?format=${format}`
}
