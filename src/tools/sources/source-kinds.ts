import { existsSync } from 'node:fs'
import type { ToolSettings } from '../../protocol/tool-settings/tool-settings.ts'
import type { SourceGroup, SourceGroupOptions } from './tool-source.ts'

/** A kind of sources, whose code is loaded where the settings file names some. */
interface SourceKind {
  isUsed(settings: ToolSettings): boolean
  open(options: SourceGroupOptions): Promise<SourceGroup>
}

/** All kinds, in order of precedence. */
export const sourceKinds: readonly SourceKind[] = [
  {
    isUsed: ({ folder, isFolderGiven }) => isFolderGiven || existsSync(folder),
    async open(options) {
      const { FileTools } = await import('./files/file-tools.ts')
      return new FileTools(options)
    },
  },
  {
    isUsed: ({ commands }) => commands.length > 0,
    async open(options) {
      const { CommandTools } = await import('./commands/command-tools.ts')
      return new CommandTools(options)
    },
  },
  {
    isUsed: ({ http }) => http.length > 0,
    async open(options) {
      const { HttpTools } = await import('./http/http-tools.ts')
      return new HttpTools(options)
    },
  },
  {
    isUsed: ({ openapi }) => openapi.length > 0,
    async open(options) {
      const { OpenApiTools } = await import('./openapi/openapi-tools.ts')
      return new OpenApiTools(options)
    },
  },
  {
    isUsed: ({ mcpServers }) => mcpServers.length > 0,
    async open(options) {
      const { McpTools } = await import('./mcp/mcp-tools.ts')
      return new McpTools(options)
    },
  },
]
