import { usePage } from '../shell/page.ts'
import { optionFields, withOption } from './options.ts'

/** How the model answers, in all conversations of this browser. */
export function EngineOptions() {
  const { options, think } = usePage().preferences
  const choices = [
    ['default', 'As the model does'],
    ['on', 'On'],
    ['off', 'Off'],
  ] as const
  return (
    <>
      <p class="hint">
        These go with each prompt from this browser. An empty field leaves the choice to the engine.
      </p>
      <fieldset class="field">
        <legend>Thinking before the answer</legend>
        <div class="choices">
          {choices.map(([value, words]) => (
            <label>
              <input
                type="radio"
                name="think"
                checked={think.value === value}
                onChange={() => {
                  think.value = value
                }}
              />
              {words}
            </label>
          ))}
        </div>
      </fieldset>
      <div class="option-fields">
        {optionFields.map((field) => (
          <div class="field" key={field.name}>
            <label for={`option-${field.name}`}>{field.title}</label>
            <input
              id={`option-${field.name}`}
              type="number"
              inputMode="decimal"
              min={field.min}
              max={field.max}
              step={field.step}
              placeholder="default"
              aria-describedby={`about-${field.name}`}
              defaultValue={String(options.value[field.name] ?? '')}
              onChange={({ currentTarget }) => {
                options.value = withOption(options.peek(), field, currentTarget.value)
                currentTarget.value = String(options.peek()[field.name] ?? '')
              }}
            />
            <p class="hint" id={`about-${field.name}`}>
              {field.about}
            </p>
          </div>
        ))}
      </div>
    </>
  )
}
