import { existsSync } from 'node:fs'
import type { ToolSettings } from '../../../protocol/tool-settings/tool-settings.ts'
import type { SourceGroup, SourceGroupOptions, ToolSource } from '../tool-source.ts'
import { ToolFolder } from './tool-folder.ts'

/** The modules of the folder that the settings file names. */
export class FileTools implements SourceGroup {
  readonly #options: SourceGroupOptions
  #folder: ToolFolder | undefined

  constructor(options: SourceGroupOptions) {
    this.#options = options
  }

  async use({ folder, isFolderGiven }: ToolSettings): Promise<void> {
    const before = this.#folder
    if (before?.path === folder) return
    const isUsed = isFolderGiven || existsSync(folder)
    this.#folder = isUsed ? new ToolFolder(folder, this.#options) : undefined
    await before?.close()
  }

  sources(): ToolSource[] {
    return this.#folder?.sources() ?? []
  }

  async reload(): Promise<void> {
    await this.#folder?.reload()
  }

  async close(): Promise<void> {
    await this.#folder?.close()
  }
}
