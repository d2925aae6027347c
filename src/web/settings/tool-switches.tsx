import type { ComponentChildren } from 'preact'
import { usePage } from '../shell/page.ts'
import { allBrowserTools, isBrowserToolOn, switchBrowserTool } from '../tools/browser-tools.ts'

/** Which tools the model is offered, of this browser and of the server. */
export function ToolSwitches() {
  const { catalog, preferences } = usePage()
  const { toolsOff } = preferences
  const tools = catalog.tools.value
  const down = catalog.sources.value.filter(({ state }) => state !== 'ready')
  const setTool = (name: string, on: boolean) => {
    const others = toolsOff.value.filter((each) => each !== name)
    toolsOff.value = on ? others : [...others, name]
  }
  return (
    <>
      <section class="tools-side" aria-labelledby="tools-browser">
        <h3 id="tools-browser">This browser</h3>
        {allBrowserTools.map(({ tool, title, about }) => (
          <Switch
            key={tool.name}
            on={isBrowserToolOn(tool.name)}
            onSwitch={(on) => switchBrowserTool(tool.name, on)}
            title={title}
            name={tool.name}
          >
            {about}
          </Switch>
        ))}
      </section>
      <section class="tools-side" aria-labelledby="tools-server">
        <h3 id="tools-server">The server</h3>
        {tools.length === 0 && <p class="hint">The server has no tools of its own.</p>}
        {tools.map(({ name, description = '', source, approval }) => (
          <Switch
            key={name}
            on={!toolsOff.value.includes(name)}
            onSwitch={(on) => setTool(name, on)}
            title={name}
            name={source}
            asks={approval}
          >
            {description.slice(0, 200)}
          </Switch>
        ))}
        {down.map(({ name, state, reason }) => (
          <p class="note" key={name}>
            <bdi>{name}</bdi> {state === 'starting' ? 'is starting.' : `is down. ${reason ?? ''}`}
          </p>
        ))}
      </section>
    </>
  )
}

function Switch(props: {
  on: boolean
  onSwitch(on: boolean): void
  title: string
  name: string
  asks?: boolean
  children: ComponentChildren
}) {
  const { on, onSwitch, title, name, asks = false, children } = props
  return (
    <label class="switch">
      <input type="checkbox" checked={on} onChange={({ currentTarget }) => onSwitch(currentTarget.checked)} />
      <span>
        <bdi>{title}</bdi> <bdi class="source">{name}</bdi>
        {asks && <span class="asks">asks first</span>}
        <bdi class="hint">{children}</bdi>
      </span>
    </label>
  )
}
