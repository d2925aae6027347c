import { batch, computed, effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Client, ConversationView, Input, ViewState } from '../../client/types.ts'
import { createView } from '../../client/view.ts'
import { ConversationList } from '../conversations/conversation-list.ts'
import { openPreferences, type Preferences } from '../settings/preferences.ts'
import { browserTools } from '../tools/browser-tools.ts'
import { hasEnded } from '../transcript/entries.ts'
import { Catalog } from './catalog.ts'
import { errorOf } from './error-advice.ts'
import { createPainter } from './painter.ts'
import { promptOptions } from './prompt-options.ts'
import { conversationHash, conversationOfHash, newName } from './route.ts'

const pageSize = 30

/** What a conversation is to have that does not exist yet: sent with its first prompt. */
export interface NewSettings {
  model?: string
  system?: string
}

/** What the page knows and does. Components read its signals. */
export class Page {
  readonly preferences: Preferences = openPreferences()
  readonly list: ConversationList
  readonly catalog: Catalog
  readonly name: Signal<string>
  readonly view: Signal<ConversationView>
  /** The state of the view, painted at most once a frame. */
  readonly state: Signal<ViewState>
  /** Parts of the state, for those who need no more: while an answer is written, these stay as they are. */
  readonly conversation: ReadonlySignal<ViewState['conversation']>
  readonly runs: ReadonlySignal<boolean>
  readonly newSettings = signal<NewSettings>({})
  readonly drawerOpen = signal(false)
  readonly dialog = signal<'settings' | 'shortcuts' | undefined>(undefined)
  readonly online = signal(navigator.onLine)
  /** The key of the prompt that is being edited. */
  readonly editing = signal<string | undefined>(undefined)
  /** What went wrong with something that was asked of the server, other than an answer. */
  readonly problem = signal('')
  readonly #client: Client
  #closeView = (): void => undefined

  constructor(client: Client) {
    this.#client = client
    this.list = new ConversationList(client)
    this.catalog = new Catalog(client)
    this.name = signal(conversationOfHash(location.hash) ?? newName())
    this.view = signal(this.#viewOf(this.name.peek()))
    this.state = signal(this.view.peek().state)
    this.conversation = computed(() => this.state.value.conversation)
    this.runs = computed(() => {
      const { turn } = this.state.value
      return turn !== undefined && !hasEnded(turn.status)
    })
    this.#follow(this.view.peek())
    effect(() => this.view.value.setTools(browserTools()))
    addEventListener('hashchange', () => this.open(conversationOfHash(location.hash) ?? newName()))
    for (const type of ['online', 'offline'])
      addEventListener(type, () => {
        this.online.value = navigator.onLine
        this.#readAgain()
      })
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) this.#readAgain()
    })
    this.#followChanges()
    this.#followConnection()
    void this.list.refresh()
    void this.catalog.refresh()
  }

  #readAgain(): void {
    void this.list.refresh()
    void this.catalog.refreshEngine()
  }

  /** Opens a conversation; one that does not exist yet begins with its first prompt. */
  open(name: string): void {
    if (name !== this.name.peek()) this.#open(name)
  }

  openNew(): void {
    this.drawerOpen.value = false
    // A new conversation has no address until there is something in it.
    history.pushState(null, '', location.pathname + location.search)
    this.#open(newName())
  }

  #open(name: string): void {
    this.#closeView()
    const view = this.#viewOf(name)
    batch(() => {
      this.name.value = name
      this.view.value = view
      this.state.value = view.state
      this.newSettings.value = {}
      this.editing.value = undefined
      this.problem.value = ''
    })
    this.#follow(view)
  }

  #viewOf(name: string): ConversationView {
    return createView(this.#client.conversation(name), { pageSize, tools: browserTools() })
  }

  #follow(view: ConversationView): void {
    const painter = createPainter(() => {
      this.state.value = view.state
    })
    const unsubscribe = view.subscribe(painter.request)
    this.#closeView = () => {
      unsubscribe()
      painter.close()
      view.close()
    }
  }

  /** Sends a prompt to the conversation that is open. */
  send(input: Input, { after }: { after?: number } = {}): void {
    if (conversationOfHash(location.hash) !== this.name.peek())
      history.replaceState(null, '', conversationHash(this.name.peek()))
    const tools = this.catalog.tools.peek().map(({ name }) => name)
    const options = {
      ...promptOptions(this.preferences, tools),
      ...this.newSettings.peek(),
      ...(after !== undefined && { after }),
    }
    this.list.begin(this.name.peek(), typeof input === 'string' ? input : (input.at(-1)?.content ?? ''))
    // How the turn ends is part of the view's state.
    this.view
      .peek()
      .send(input, options)
      .result.catch(() => this.list.refresh())
  }

  /** Does something at the server, and says where that failed. */
  async attempt(action: () => Promise<unknown>): Promise<boolean> {
    this.problem.value = ''
    try {
      await action()
      return true
    } catch (error) {
      this.problem.value = errorOf(error).detail || 'That did not work.'
      return false
    }
  }

  /** Changes the conversation, or what it is to begin with. */
  async change(change: { title?: string; model?: string; system?: string | null }): Promise<void> {
    if (this.state.peek().conversation !== undefined) {
      await this.attempt(() => this.#client.conversation(this.name.peek()).update(change))
      await this.list.refresh()
      return
    }
    const { model, system } = { ...this.newSettings.peek(), ...change }
    this.newSettings.value = { ...(model !== undefined && { model }), ...(system && { system }) }
  }

  /** Once the server responds again, so does the rest of it. */
  #followConnection(): void {
    let before = 'open'
    effect(() => {
      const { state } = this.state.value.connection
      if (state === before) return
      if (state === 'open' || state === 'waiting') {
        before = state
        this.#readAgain()
      }
    })
  }

  /** What changes in the conversation changes the list; and a model that was chosen before the first prompt is the conversation's from then on. */
  #followChanges(): void {
    let before = ''
    effect(() => {
      const conversation = this.conversation.value
      const { title, activeTurn, messages } = conversation ?? {}
      const now = conversation
        ? JSON.stringify([conversation.name, title, activeTurn, messages, this.runs.value])
        : ''
      if (now === before) return
      before = now
      void this.list.refresh()
      const { model } = this.newSettings.peek()
      if (conversation === undefined) return
      this.newSettings.value = {}
      if (model !== undefined && conversation.model !== model)
        void this.attempt(() => this.#client.conversation(conversation.name).update({ model }))
    })
  }
}

export const PageContext = createContext<Page | undefined>(undefined)

export function usePage(): Page {
  const page = useContext(PageContext)
  if (page === undefined) throw new Error('There is no page around this component.')
  return page
}
