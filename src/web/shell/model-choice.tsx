import { Icon } from './icons.tsx'
import { usePage } from './page.ts'

/** The model that answers in this conversation. */
export function ModelChoice({ id }: { id?: string }) {
  const page = usePage()
  const models = page.catalog.chatModels.value
  const chosen = chosenModel(page)
  // Before the conversation and the models are there, any name would have to change.
  if (!page.catalog.knowsModels.value || page.state.value.status === 'loading') return null
  const isKnown = chosen === '' || models.some(({ name }) => name === chosen)
  const first = models[0]?.name
  return (
    <span class="model">
      <select
        id={id}
        aria-label={id === undefined ? 'Model' : undefined}
        value={chosen}
        onChange={({ currentTarget }) => void page.change({ model: currentTarget.value })}
      >
        {models.length === 0 && <option value="">No models</option>}
        {!isKnown && <option value={chosen}>{chosen} (not there)</option>}
        {models.map(({ name, capabilities }) => (
          <option value={name === first && chosen === '' ? '' : name}>
            {name}
            {id !== undefined && capabilities && ` (${capabilities.filter(isTold).join(', ')})`}
          </option>
        ))}
      </select>
      <Icon name="chevron" />
    </span>
  )
}

/** All models of the list can complete. */
function isTold(capability: string): boolean {
  return capability !== 'completion'
}

/** The conversation's model, or the one that it is to have; `''` where that is the engine's first. */
function chosenModel(page: ReturnType<typeof usePage>): string {
  return page.conversation.value?.model ?? page.newSettings.value.model ?? ''
}

/** The description of the model that answers next, where the engine has one. */
export function currentModel(page: ReturnType<typeof usePage>) {
  const models = page.catalog.chatModels.value
  const chosen = chosenModel(page)
  return chosen === '' ? models[0] : models.find(({ name }) => name === chosen)
}
