import { useState } from 'preact/hooks'
import { Dialog } from '../shell/dialog.tsx'
import { ModelChoice } from '../shell/model-choice.tsx'
import { usePage } from '../shell/page.ts'
import { EngineOptions } from './engine-options.tsx'
import { exportPath } from './export-path.ts'
import './settings.css'
import { ToolSwitches } from './tool-switches.tsx'

const tabs = ['Conversation', 'Model', 'Tools', 'Page'] as const

/** All that can be set. What is changed holds at once. */
export function SettingsDialog() {
  const page = usePage()
  const [tab, setTab] = useState<(typeof tabs)[number]>('Conversation')
  const close = () => {
    page.dialog.value = undefined
  }
  return (
    <Dialog title="Settings" wide onClose={close}>
      <div class="tabs" role="tablist" aria-label="Settings">
        {tabs.map((each) => (
          <button
            type="button"
            role="tab"
            id={`tab-${each}`}
            aria-selected={each === tab}
            aria-controls="tab-panel"
            onClick={() => setTab(each)}
          >
            {each}
          </button>
        ))}
      </div>
      <div class="tab-panel" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${tab}`}>
        {tab === 'Conversation' && <ConversationSettings />}
        {tab === 'Model' && <EngineOptions />}
        {tab === 'Tools' && <ToolSwitches />}
        {tab === 'Page' && <PageSettings />}
      </div>
    </Dialog>
  )
}

function ConversationSettings() {
  const page = usePage()
  const conversation = page.conversation.value
  const [saved, setSaved] = useState(true)
  const system = conversation?.system ?? page.newSettings.value.system ?? ''
  return (
    <>
      <div class="field">
        <label for="settings-model">Model</label>
        <ModelChoice id="settings-model" />
      </div>
      <div class="field">
        <label for="settings-system">System prompt</label>
        <textarea
          id="settings-system"
          rows={5}
          dir="auto"
          placeholder="What the model is to know and to heed in this conversation"
          defaultValue={system}
          onInput={() => setSaved(false)}
          onChange={async ({ currentTarget }) => {
            await page.change({ system: currentTarget.value.trim() === '' ? null : currentTarget.value })
            setSaved(true)
          }}
        />
        <p class="hint">
          {saved ? 'It holds for this conversation.' : 'It is kept when you leave the field.'}
        </p>
      </div>
      {conversation && (
        <div class="field">
          <span class="label">Export</span>
          <p class="links">
            <a href={exportPath(conversation.name, 'markdown')} download>
              Markdown
            </a>
            <a href={exportPath(conversation.name, 'json')} download>
              JSON
            </a>
          </p>
        </div>
      )}
      {page.problem.value !== '' && (
        <p class="note" role="alert">
          {page.problem.value}
        </p>
      )}
    </>
  )
}

function PageSettings() {
  const { theme, enterSends } = usePage().preferences
  const themes = [
    ['system', 'As the system'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ] as const
  return (
    <>
      <fieldset class="field">
        <legend>Colours</legend>
        <div class="choices">
          {themes.map(([value, words]) => (
            <label>
              <input
                type="radio"
                name="theme"
                checked={theme.value === value}
                onChange={() => {
                  theme.value = value
                }}
              />
              {words}
            </label>
          ))}
        </div>
      </fieldset>
      <label class="switch">
        <input
          type="checkbox"
          checked={enterSends.value}
          onChange={({ currentTarget }) => {
            enterSends.value = currentTarget.checked
          }}
        />
        <span>
          Enter sends the prompt
          <span class="hint">Shift and Enter begin a new line. Without it, Ctrl and Enter send.</span>
        </span>
      </label>
    </>
  )
}
