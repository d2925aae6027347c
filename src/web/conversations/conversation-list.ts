import { signal } from '@preact/signals'
import type { Client, ListedConversation } from '../../client/types.ts'
import { errorOf } from '../shell/error-advice.ts'

const pageSize = 50
const mostAtOnce = 200
/** Milliseconds without another key before a search is sent. */
const searchDelay = 180

/** A conversation whose first prompt is being sent. */
function begun(name: string, prompt: string, updatedAt: string): ListedConversation {
  const title = prompt.trim().slice(0, 80) || null
  const none = { system: null, model: null, activeTurn: null, tools: [], messages: 0, branch: 1 }
  return { ...none, name, title, createdAt: updatedAt, updatedAt }
}

/** The conversations of the server, the last changed first, and those that a search has found. */
export class ConversationList {
  readonly items = signal<readonly ListedConversation[]>([])
  readonly search = signal('')
  readonly status = signal<'loading' | 'ready' | 'failed'>('loading')
  readonly error = signal('')
  readonly hasMore = signal(false)
  readonly #client: Client
  #next: string | undefined
  #request = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(client: Client) {
    this.#client = client
  }

  /** Reads again what is shown. */
  async refresh(): Promise<void> {
    const limit = Math.min(Math.max(this.items.peek().length, pageSize), mostAtOnce)
    await this.#read(limit, undefined)
  }

  /** Puts a conversation with a new prompt on top at once, before the server's list has it there. */
  begin(name: string, prompt: string): void {
    if (this.search.peek().trim() !== '') return
    const updatedAt = new Date().toISOString()
    const items = this.items.peek()
    const known = items.find((item) => item.name === name) ?? begun(name, prompt, updatedAt)
    // What is being read now may be without it.
    this.#request++
    this.items.value = [{ ...known, updatedAt }, ...items.filter((item) => item.name !== name)]
  }

  async loadMore(): Promise<void> {
    if (this.#next !== undefined) await this.#read(pageSize, this.#next)
  }

  setSearch(text: string): void {
    this.search.value = text
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.refresh(), searchDelay)
  }

  async rename(name: string, title: string): Promise<void> {
    await this.#client
      .conversation(name)
      .update({ title: title.trim() === '' ? null : title.trim().slice(0, 512) })
    await this.refresh()
  }

  async delete(name: string): Promise<void> {
    await this.#client.conversation(name).delete()
    this.items.value = this.items.value.filter((item) => item.name !== name)
    await this.refresh()
  }

  /** The response to an earlier request may come after that to a later one: only the latest counts. */
  async #read(limit: number, after: string | undefined): Promise<void> {
    const request = ++this.#request
    const search = this.search.peek().trim()
    try {
      const page = await this.#client.conversations({
        limit,
        ...(after !== undefined && { after }),
        ...(search !== '' && { search }),
      })
      if (request !== this.#request) return
      this.#next = page.next
      this.hasMore.value = page.next !== undefined
      this.items.value =
        after === undefined ? page.conversations : [...this.items.peek(), ...page.conversations]
      this.status.value = 'ready'
    } catch (error) {
      if (request !== this.#request) return
      this.error.value = errorOf(error).detail
      this.status.value = 'failed'
    }
  }
}
